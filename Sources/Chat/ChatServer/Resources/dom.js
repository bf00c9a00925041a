// Builds DOM nodes. Nothing in this program turns a string into markup.

/**
 * Makes an element. Children are nodes or strings (which become text); `null` and `undefined` are left out.
 * Properties are set as properties, except `aria-*`, `data-*` and `role`, which are attributes.
 */
export function element(name, properties = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
        if (value === undefined || value === null) continue;
        if (key === "class") node.className = value;
        else if (/^(aria-|data-|role$)/.test(key)) node.setAttribute(key, value);
        else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
        else node[key] = value;
    }
    append(node, ...children);
    return node;
}

/** Appends nodes and texts to a node. */
export function append(node, ...children) {
    for (const child of children.flat()) {
        if (child !== null && child !== undefined) node.append(child);
    }
}

const shapes = {
    copy: ["M9 9h10v10H9z", "M5 15V5h10"],
    check: ["M5 12.5l4.5 4.5L19 7.5"],
    pencil: ["M4 20h4L19 9l-4-4L4 16z", "M13 7l4 4"],
    trash: ["M5 7h14", "M10 7V4h4v3", "M7 7l1 13h8l1-13"],
    retry: ["M19 12a7 7 0 1 1-2.1-5", "M19 4v4h-4"],
    warning: ["M12 4 21 19.5H3z", "M12 10v4", "M12 17v.2"],
    more: ["M6 12v.1", "M12 12v.1", "M18 12v.1"],
    pin: ["M9 4h6l-1 6 4 4H6l4-4z", "M12 14v6"],
    download: ["M12 4v11M7 11l5 5 5-5", "M5 20h14"],
    upload: ["M12 16V5M7 9l5-5 5 5", "M5 20h14"],
    previous: ["M14 6l-6 6 6 6"],
    next: ["M10 6l6 6-6 6"],
    forward: ["M5 5v14l9-7z", "M18 5v14"],
    sliders: ["M4 8h9M17 8h3M4 16h3M11 16h9", "M13 6v4h4V6zM7 14v4h4v-4z"],
    chart: ["M5 20V10M12 20V4M19 20v-7"],
    keyboard: ["M3 7h18v10H3z", "M7 11v.1M11 11v.1M15 11v.1M8 14h8"],
    clip: ["M19 11.5l-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8-8a3.1 3.1 0 0 1 4.4 4.4l-8 8a1.5 1.5 0 0 1-2.2-2.2l7.3-7.3"],
    file: ["M7 3h7l4 4v14H7z", "M14 3v4h4"],
    close: ["M6 6l12 12M18 6 6 18"],
};

/** An element of a drawing; all its properties are attributes. */
export function drawing(name, attributes = {}, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value !== undefined && value !== null) node.setAttribute(key, value);
    }
    append(node, ...children);
    return node;
}

/** A decorative icon in the current text colour. */
export function icon(name) {
    return drawing(
        "svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" },
        shapes[name].map((d) => drawing("path", { d })));
}

/** A button that shows an icon alone; `label` is its name and its tip. */
export function iconButton(name, label, onclick, properties = {}) {
    return element(
        "button", { type: "button", class: "icon-button", title: label, "aria-label": label, onclick, ...properties },
        icon(name));
}

/** The element of this id; the page has it. */
export function byID(id) {
    return document.getElementById(id);
}
