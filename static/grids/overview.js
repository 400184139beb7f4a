// The map of the overview: each grid with a tone, a pattern and its number. Lists beside and below say the same.
(function () {
  "use strict";
  const place = document.querySelector("[data-overview-map]");
  if (!place || !window.L) return;
  const words = JSON.parse(document.getElementById("overview-words").textContent);
  const notes = document.querySelector("[data-overview-notes]");
  const colour = function (name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); };
  fetch(place.dataset.shapes).then(function (answer) {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }).then(function (shapes) {
    if (!shapes.features.length) return;
    place.hidden = notes.hidden = false;
    if (shapes.features.some(function (each) { return each.properties.illustrative; })) {
      notes.querySelector("[data-illustrative]").hidden = false;
    }
    const map = L.map(place, { attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
    if (window.addMapTiles) window.addMapTiles(map);
    const drawn = L.geoJSON(shapes, {
      style: function (each) {
        return { className: "heat-" + each.properties.band, color: colour("--line-strong"), weight: 1, dashArray: each.properties.illustrative ? "4 3" : null, fillOpacity: 0.9, fillColor: null };
      },
      onEachFeature: function (each, layer) {
        const shown = each.properties;
        layer.on("click", function () { location.href = place.dataset.page.replace("0000", encodeURIComponent(each.id)); });
        layer.on("add", function () {
          const path = layer.getElement();
          if (path) {
            path.removeAttribute("fill");
            path.setAttribute("aria-label", words.label.replace("{name}", shown.name).replace("{words}", shown.value));
          }
        });
      },
    }).addTo(map);
    map.fitBounds(drawn.getBounds(), { padding: [12, 12], maxZoom: 17 });
    drawn.eachLayer(function (layer) { window.labelShape(map, layer); });
  }).catch(function () { place.remove(); });
})();
