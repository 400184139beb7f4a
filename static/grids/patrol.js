// How far each point of a patrol is from the phone. The position is used here alone: it is neither sent nor kept.
(() => {
  const row = document.querySelector("[data-patrol-near]");
  const points = [...document.querySelectorAll("[data-point]")];
  if (!row || !points.length || !navigator.geolocation) return;
  row.hidden = false;
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const metres = (lon, lat, here) => {
    const x = radians(lon - here.longitude) * Math.cos(radians((lat + here.latitude) / 2));
    return 6371000 * Math.hypot(x, radians(lat - here.latitude));
  };
  const show = ({ coords }) => {
    for (const point of points) {
      const [lon, lat] = point.dataset.point.split(" ").map(Number);
      const far = point.querySelector("[data-far]");
      far.textContent = row.dataset.metres.replace("{metres}", Math.round(metres(lon, lat, coords) / 10) * 10);
      far.hidden = false;
    }
  };
  const fail = () => { row.querySelector("[role=status]").textContent = row.dataset.off; };
  row.querySelector("button").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(show, fail, { enableHighAccuracy: true, timeout: 10000 });
  });
})();
