// The map of wishes that wait for somebody, drawn without any tile server. The table below it says the same.
(function () {
  "use strict";
  const place = document.querySelector("[data-wish-map]");
  if (!place || !window.L) return;
  const words = JSON.parse(document.getElementById("wish-map-words").textContent);
  const notes = document.querySelector("[data-wish-map-notes]");
  const style = getComputedStyle(document.documentElement);
  const colour = function (name) { return style.getPropertyValue(name).trim(); };
  const fills = { none: colour("--card"), few: colour("--band-few"), some: colour("--band-some"), many: colour("--band-many") };
  const bandOf = function (number) {
    return Object.keys(words.least).filter(function (key) { return number >= words.least[key]; }).pop();
  };
  // Names go in as text, never as HTML.
  const text = function (content) {
    const span = document.createElement("span");
    span.textContent = content;
    return span;
  };
  const json = function (answer) {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  Promise.all([fetch(place.dataset.shapes).then(json), fetch(place.dataset.numbers).then(json)]).then(function (found) {
    const shapes = found[0], numbers = new Map(found[1].grids.map(function (each) { return [each.code, each.open]; }));
    if (!shapes.features.length) return;
    place.hidden = notes.hidden = false;
    if (shapes.features.some(function (each) { return each.properties.illustrative; })) {
      notes.querySelector("[data-illustrative]").hidden = false;
    }
    const map = L.map(place, { attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
    if (window.addMapTiles) window.addMapTiles(map);
    const drawn = L.geoJSON(shapes, {
      style: function (each) {
        return { color: colour("--line-strong"), weight: 1, dashArray: each.properties.illustrative ? "4 3" : null, fillColor: fills[bandOf(numbers.get(each.id) || 0)], fillOpacity: 0.85 };
      },
      onEachFeature: function (each, layer) {
        const number = numbers.get(each.id) || 0;
        const said = words.label.replace("{name}", each.properties.name).replace("{number}", String(number));
        if (number) layer.bindTooltip(text(String(number)), { permanent: true, direction: "center", className: "map-label" });
        layer.on("click", function () { location.href = place.dataset.list + encodeURIComponent(each.id); });
        layer.on("add", function () {
          const path = layer.getElement();
          if (path) path.setAttribute("aria-label", said);
        });
      },
    }).addTo(map);
    // Numbers are shown where the grids have room for them.
    map.on("zoomend", function () {
      const bounds = drawn.getBounds();
      const size = map.latLngToContainerPoint(bounds.getSouthEast()).subtract(map.latLngToContainerPoint(bounds.getNorthWest()));
      place.classList.toggle("is-dense", size.x * size.y / shapes.features.length < 500);
    });
    map.fitBounds(drawn.getBounds(), { padding: [12, 12], maxZoom: 17 });
  }).catch(function () { place.remove(); });
})();
