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
};

/** A decorative icon in the current text colour. */
export function icon(name) {
    const namespace = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(namespace, "svg");
    drawing.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("class", "icon");
    drawing.setAttribute("aria-hidden", "true");
    for (const shape of shapes[name]) {
        const path = document.createElementNS(namespace, "path");
        path.setAttribute("d", shape);
        drawing.append(path);
    }
    return drawing;
}

/** The element of this id; the page has it. */
export function byID(id) {
    return document.getElementById(id);
}
