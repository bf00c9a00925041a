// Menus that open from a button (WAI-ARIA menu button pattern).
import { element, icon, iconButton } from "./dom.js";

/**
 * A button that opens a menu. `items` is asked each time the menu opens: `{ label, icon, action }` for something to do,
 * `{ label, icon, href, download }` for a link; `danger` marks what cannot be taken lightly.
 */
export function menuButton({ label, items, name = "more", className = "icon-button" }) {
    const button = iconButton(name, label, () => open(button, items()), {
        class: className, "aria-haspopup": "menu", "aria-expanded": "false",
    });
    button.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        open(button, items(), event.key === "ArrowUp");
    });
    return button;
}

function open(button, items, last = false) {
    const menu = element("div", { class: "menu", role: "menu", popover: "auto", "aria-label": button.getAttribute("aria-label") });
    const entries = items.map((item) => entry(item, menu));
    menu.append(...entries);
    menu.addEventListener("keydown", (event) => move(event, entries, menu));
    menu.addEventListener("toggle", (event) => {
        if (event.newState !== "closed") return;
        button.setAttribute("aria-expanded", "false");
        if (menu.contains(document.activeElement) || document.activeElement === document.body) button.focus();
        menu.remove();
    });
    // Beside the button it would be cut off, and beside all landmarks not be found.
    (button.closest("aside, main") ?? document.body).append(menu);
    menu.showPopover();
    button.setAttribute("aria-expanded", "true");
    place(menu, button);
    entries.at(last ? -1 : 0)?.focus();
}

function entry({ label, icon: name, action, href, download, danger }, menu) {
    const properties = { role: "menuitem", tabIndex: -1, class: danger ? "menu-item danger" : "menu-item" };
    const node = href
        ? element("a", { ...properties, href, download: download ? "" : undefined }, icon(name), label)
        : element("button", { ...properties, type: "button" }, icon(name), label);
    node.addEventListener("click", () => {
        menu.hidePopover();
        action?.();
    });
    return node;
}

function move(event, entries, menu) {
    const at = entries.indexOf(document.activeElement);
    const to = {
        ArrowDown: (at + 1) % entries.length, ArrowUp: (at - 1 + entries.length) % entries.length,
        Home: 0, End: entries.length - 1,
    }[event.key];
    if (to !== undefined) {
        event.preventDefault();
        entries[to].focus();
    } else if (event.key === "Tab") {
        menu.hidePopover();
    } else if (event.key.length === 1 && event.key !== " ") {
        const letter = event.key.toLowerCase();
        [...entries.slice(at + 1), ...entries].find((each) => each.textContent.trim().toLowerCase().startsWith(letter))?.focus();
    }
}

/** Below the button, or above it where there is no room; inside the window. */
function place(menu, button) {
    const anchor = button.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const below = anchor.bottom + 4;
    const top = below + height <= innerHeight - 8 ? below : Math.max(8, anchor.top - height - 4);
    const left = Math.min(Math.max(8, anchor.right - width), innerWidth - width - 8);
    menu.style.top = `${top}px`;
    menu.style.left = `${left}px`;
}
