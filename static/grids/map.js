// The map of a grid: its area, its neighbours, its buildings, drawn without any tile server. The list beside it says the same.
(function () {
  "use strict";
  const place = document.querySelector("[data-map]");
  if (!place || !window.L) return;
  const data = JSON.parse(document.getElementById(place.dataset.map).textContent);
  const style = getComputedStyle(document.documentElement);
  const colour = function (name) { return style.getPropertyValue(name).trim(); };
  // Names go in as text, never as HTML.
  const label = function (words) {
    const span = document.createElement("span");
    span.textContent = words;
    return span;
  };
  place.hidden = false;
  const map = L.map(place, { attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
  if (window.addMapTiles) window.addMapTiles(map);
  const drawn = L.featureGroup(), around = L.featureGroup();
  (data.neighbours || []).forEach(function (each) {
    L.geoJSON(each.boundary, { interactive: false, style: { color: colour("--line-strong"), weight: 1, fill: true, fillColor: colour("--card"), fillOpacity: 0.6 } })
      .bindTooltip(label(each.name), { permanent: true, direction: "center", className: "map-label" })
      .addTo(around);
  });
  around.addTo(map);
  if (data.boundary) {
    L.geoJSON(data.boundary, { interactive: false, style: { color: colour("--red"), weight: 3, fillColor: colour("--red"), fillOpacity: 0.08 } }).addTo(drawn);
  }
  (data.points || []).forEach(function (each) {
    L.circleMarker([each.latitude, each.longitude], { radius: 6, color: colour("--ink"), weight: 2, fillColor: colour("--card"), fillOpacity: 1 })
      .bindTooltip(label(each.name), { permanent: data.points.length <= 12, direction: "top", className: "map-label" })
      .addTo(drawn);
  });
  drawn.addTo(map);
  map.fitBounds((drawn.getLayers().length ? drawn : around).getBounds(), { padding: [24, 24], maxZoom: 17 });
})();
