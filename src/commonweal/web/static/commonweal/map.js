// Maps over the city's own shapes. A list with the same content stands beside every map.
//
// <div class="cw-map" data-map="pick|show" data-label="..." data-districts="URL of GeoJSON"
//      data-points="URL of GeoJSON" data-tiles="" data-tiles-by=""
//      data-here="id of a link"              its address gets the middle of the map
//      data-moving="yes" data-many="{count} reports ..."   points are asked anew for each view
//      data-lat="id of input" data-lng="id of input"
//      data-said="id of the line that speaks" data-chosen="Chosen: a place in {district}."
//      data-outside="..." data-located-not="..." data-failed="..." data-zoom-in="" data-zoom-out="">
// A <button type="button" hidden data-map-locate="id of the map"> appears where the device can tell.

const L = window.L;
const WATER = "#eef2f0";
const TONES = {
  new: "#174a7c", moving: "#a86a00", waiting: "#5a3a86", done: "#1b7a40",
  agreed: "#1f6b3a", disputed: "#b3261e", ended: "#6b6a64", late: "#a3261b", plain: "#4a5157",
};

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function nameOf(feature) {
  const names = feature.properties?.names ?? {};
  const wanted = document.documentElement.lang.toLowerCase();
  const key = Object.keys(names).find((language) => language.toLowerCase() === wanted);
  return names[key] ?? names.en ?? Object.values(names)[0] ?? feature.properties?.code ?? "";
}

function crosses(ring, lng, lat) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [x, y] = ring[i];
    const [u, v] = ring[j];
    if (y > lat !== v > lat && lng < ((u - x) * (lat - y)) / (v - y) + x) inside = !inside;
  }
  return inside;
}

function holds(geometry, lng, lat) {
  const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
  return polygons.some(
    ([shell, ...holes]) => crosses(shell, lng, lat) && !holes.some((hole) => crosses(hole, lng, lat)),
  );
}

function base(box) {
  const map = L.map(box, {
    preferCanvas: true,
    zoomSnap: 0.5,
    attributionControl: Boolean(box.dataset.tiles),
    zoomControl: false,
    scrollWheelZoom: false,
    fadeAnimation: false,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
  map.attributionControl?.setPrefix(false);
  if (box.dataset.tiles) {
    const by = document.createElement("span");
    by.textContent = box.dataset.tilesBy ?? "";
    L.tileLayer(box.dataset.tiles, { maxZoom: 19, attribution: by.innerHTML }).addTo(map);
  } else {
    box.style.background = WATER;
  }
  // The page scrolls past the map until somebody enters it
  box.addEventListener("focusin", () => map.scrollWheelZoom.enable());
  box.addEventListener("focusout", () => map.scrollWheelZoom.disable());
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", box.dataset.label ?? "");
  return map;
}

function shapes(map, districts, box) {
  const layer = L.geoJSON(districts, {
    style: {
      color: "#8a8272", weight: 1.2, fillColor: "#fffdf7",
      fillOpacity: box.dataset.tiles ? 0.15 : 1,
    },
    interactive: false,
  });
  layer.addTo(map);
  if (layer.getBounds().isValid()) map.fitBounds(layer.getBounds(), { padding: [12, 12] });
  const named = () => {
    const wide = box.clientWidth > 560 || map.getZoom() > map.getBoundsZoom(layer.getBounds()) + 0.9;
    layer.eachLayer((one) => {
      one.unbindTooltip();
      if (wide) {
        const words = document.createElement("span");
        words.textContent = nameOf(one.feature);
        one.bindTooltip(words, { permanent: true, direction: "center", className: "cw-map__district" });
      }
    });
  };
  named();
  map.on("zoomend", named);
  return layer;
}

function pin() {
  return L.divIcon({
    className: "cw-map__pin",
    iconSize: [38, 46],
    iconAnchor: [19, 44],
    html:
      '<svg viewBox="0 0 38 46" aria-hidden="true"><path d="M19 44S35 29.5 35 18A16 16 0 0 0 3 18c0 11.5 16 26 16 26z" ' +
      'fill="currentColor" stroke="#fff" stroke-width="2.5"/><circle cx="19" cy="18" r="6" fill="#fff"/></svg>',
  });
}

function pick(map, box, districts) {
  const lat = document.getElementById(box.dataset.lat);
  const lng = document.getElementById(box.dataset.lng);
  const said = document.getElementById(box.dataset.said);
  const say = (words) => { if (said) said.textContent = words ?? ""; };
  said?.setAttribute("aria-live", "polite");
  let marker;

  const put = (point, { look = false } = {}) => {
    const place = L.latLng(point).wrap();
    if (!marker) {
      marker = L.marker(place, { icon: pin(), draggable: true, keyboard: false, autoPan: true, alt: box.dataset.label });
      marker.on("dragend", () => put(marker.getLatLng()));
      marker.addTo(map);
    }
    marker.setLatLng(place);
    if (look) map.setView(place, Math.max(map.getZoom(), 15));
    lat.value = place.lat.toFixed(5);
    lng.value = place.lng.toFixed(5);
    for (const field of [lat, lng]) field.dispatchEvent(new Event("change", { bubbles: true }));
    const home = districts?.features?.find((one) => holds(one.geometry, place.lng, place.lat));
    say(home ? box.dataset.chosen?.replace("{district}", nameOf(home)) : box.dataset.outside);
  };

  map.on("click", (event) => put(event.latlng));
  box.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target === box) {
      event.preventDefault(); // the pin goes where the cross is: the middle
      put(map.getCenter());
    }
  });
  const cross = document.createElement("span");
  cross.className = "cw-map__cross";
  box.append(cross);

  if (lat.value && lng.value) put([Number(lat.value), Number(lng.value)], { look: true });

  const locate = document.querySelector(`[data-map-locate="${box.id}"]`);
  if (locate && navigator.geolocation && window.isSecureContext) {
    locate.hidden = false;
    locate.addEventListener("click", () => {
      locate.setAttribute("aria-busy", "true");
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          locate.removeAttribute("aria-busy");
          put([coords.latitude, coords.longitude], { look: true });
        },
        () => {
          locate.removeAttribute("aria-busy");
          say(box.dataset.locatedNot);
        },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
      );
    });
  }
}

function bubble(properties) {
  const words = document.createElement("div");
  const local = typeof properties.url === "string" && /^\/(?!\/)/.test(properties.url);
  const title = document.createElement(local ? "a" : "strong");
  title.textContent = properties.title ?? "";
  if (local) {
    title.href = properties.url;
    title.className = "govuk-link";
  }
  words.append(title);
  if (properties.state) {
    const state = document.createElement("div");
    state.textContent = properties.state;
    words.append(state);
  }
  return words;
}

function dot(feature, place) {
  return L.circleMarker(place, {
    radius: 8, weight: 2, color: "#fff", fillOpacity: 0.95,
    fillColor: TONES[feature.properties?.tone] ?? TONES.plain,
  });
}

// Many reports stand as one circle with their number; a click goes closer
function crowd(map, box, feature, place) {
  const { count } = feature.properties;
  const words = document.createElement("span");
  words.textContent = count;
  const size = 28 + Math.min(28, Math.round(7 * Math.log10(count + 1)));
  const icon = L.divIcon({ className: "cw-map__many", iconSize: [size, size], html: words });
  const label = box.dataset.many?.replace("{count}", count) ?? String(count);
  const marker = L.marker(place, { icon, title: label, alt: label, pane: "crowd" });
  marker.on("click", () => map.setView(place, Math.min(map.getZoom() + 2, 19)));
  return marker;
}

async function show(map, box) {
  map.createPane("crowd").style.zIndex = 660; // numbers stand above the names of districts
  const layer = L.layerGroup().addTo(map);
  let asked = 0;
  const load = async () => {
    const mine = ++asked;
    const address = new URL(box.dataset.points, location.href);
    if (box.dataset.moving) {
      const view = map.getBounds();
      const edges = {
        west: Math.max(-180, view.getWest()), south: Math.max(-90, view.getSouth()),
        east: Math.min(180, view.getEast()), north: Math.min(90, view.getNorth()),
      };
      for (const [edge, value] of Object.entries(edges)) address.searchParams.set(edge, value.toFixed(4));
      address.searchParams.set("zoom", Math.round(map.getZoom()));
    }
    const points = await fetched(address);
    if (mine !== asked) return; // somebody moved on meanwhile
    layer.clearLayers();
    L.geoJSON(points, {
      pointToLayer: (feature, place) =>
        feature.properties?.count ? crowd(map, box, feature, place) : dot(feature, place),
      onEachFeature: (feature, one) => {
        if (!feature.properties?.count) one.bindPopup(() => bubble(feature.properties ?? {}));
      },
    }).addTo(layer);
  };
  const here = document.getElementById(box.dataset.here);
  const follow = () => {
    const middle = map.getCenter().wrap();
    const address = new URL(here.href);
    address.searchParams.set("lat", middle.lat.toFixed(4));
    address.searchParams.set("lng", middle.lng.toFixed(4));
    here.href = address.href;
  };
  if (here) map.on("moveend", follow); // "around here" means the middle once somebody has looked around
  await load();
  if (box.dataset.moving) map.on("moveend", () => load().catch(() => {})); // what stands there stays
}

async function start(box) {
  if (!L) return;
  box.hidden = false;
  try {
    const map = base(box);
    const districts = box.dataset.districts ? await fetched(box.dataset.districts) : null;
    if (districts) shapes(map, districts, box);
    else map.setView([0, 0], 2);
    if (box.dataset.map === "pick") pick(map, box, districts);
    if (box.dataset.points) await show(map, box);
    box.dataset.ready = "yes";
  } catch {
    const words = document.createElement("p");
    words.className = "govuk-body";
    words.textContent = box.dataset.failed ?? "";
    box.replaceWith(words);
  }
}

document.querySelectorAll("[data-map]").forEach(start);
