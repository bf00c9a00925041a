// Short messages at the edge of the page, with something that can be done about them.
import { byID, element, iconButton } from "./dom.js";

const shownFor = 30_000;

/** Shows a message, with one action if there is one to take. It goes by itself after half a minute. */
export function showToast(text, { action, label } = {}) {
    const remove = () => {
        clearTimeout(timer);
        toast.remove();
    };
    const toast = element(
        "div", { class: "toast" }, element("p", {}, text),
        action ? element("button", { type: "button", class: "small-button", onclick: () => { remove(); action(); } }, label) : null,
        iconButton("close", "Dismiss", remove));
    let timer = setTimeout(remove, shownFor);
    // Whoever is about to use it has all the time.
    for (const name of ["focusin", "pointerenter"]) toast.addEventListener(name, () => clearTimeout(timer));
    for (const name of ["focusout", "pointerleave"]) {
        toast.addEventListener(name, () => { timer = setTimeout(remove, shownFor); });
    }
    byID("toasts").append(toast);
    return remove;
}
