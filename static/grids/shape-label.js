// Writes the number of a place on its shape where there is room for it; elsewhere when it is pointed at, with its name.
(function () {
  "use strict";
  const ROOM = 48; // pixels
  window.labelShape = function (map, layer) {
    const shown = layer.feature.properties, bounds = layer.getBounds();
    const size = map.latLngToLayerPoint(bounds.getSouthEast()).subtract(map.latLngToLayerPoint(bounds.getNorthWest()));
    const roomy = Math.min(size.x, size.y) >= ROOM;
    const label = document.createElement("span");
    label.textContent = roomy ? shown.value : shown.name + " " + shown.value;
    layer.bindTooltip(label, { permanent: roomy, direction: roomy ? "center" : "auto", className: "map-label" });
  };
})();
