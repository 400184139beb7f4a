/* Drawing what is to be covered with finger or mouse, on top of the squares that can be ticked. Each part drawn is sent
   as left,top,width,height in thousandths of the picture. */
(() => {
  "use strict";
  const form = document.querySelector("[data-cover]");
  if (!form) return;
  const place = form.querySelector(".cover");
  const tools = form.querySelector("[data-cover-tools]");
  const hint = document.querySelector("[data-cover-hint]");
  const drawn = [];
  let from = null;
  let part = null;
  hint.textContent = hint.dataset.words;
  place.classList.add("can-draw");

  const at = (event) => {
    const area = place.getBoundingClientRect();
    const within = (value) => Math.min(1000, Math.max(0, Math.round(value * 1000)));
    return [within((event.clientX - area.left) / area.width), within((event.clientY - area.top) / area.height)];
  };
  const show = (to) => {
    const left = Math.min(from[0], to[0]);
    const top = Math.min(from[1], to[1]);
    const width = Math.abs(from[0] - to[0]);
    const height = Math.abs(from[1] - to[1]);
    Object.assign(part.style, { left: `${left / 10}%`, top: `${top / 10}%`, width: `${width / 10}%`, height: `${height / 10}%` });
    return [left, top, width, height];
  };
  place.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = at(event);
    part = document.createElement("span");
    part.className = "cover-part";
    place.append(part);
  });
  addEventListener("pointermove", (event) => from && show(at(event)));
  addEventListener("pointerup", (event) => {
    if (!from) return;
    const box = show(at(event));
    from = null;
    // A touch without a way is a tick of the square below.
    if (box[2] < 10 || box[3] < 10) return part.remove();
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = "box";
    input.value = box.join(",");
    form.append(input);
    drawn.push([part, input]);
    tools.hidden = false;
    // The click that follows would tick the square under the finger.
    place.addEventListener("click", (click) => click.preventDefault(), { once: true, capture: true });
    setTimeout(() => place.dispatchEvent(new Event("click", { cancelable: true })), 0);
  });
  addEventListener("pointercancel", () => {
    if (from) part.remove();
    from = null;
  });
  tools.querySelector("[data-cover-undo]").addEventListener("click", () => {
    (drawn.pop() || []).forEach((element) => element.remove());
    tools.hidden = drawn.length === 0;
  });
})();
