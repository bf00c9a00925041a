// Questions to the person, as modal dialogs.
import { element } from "./dom.js";

function open({ title, action, danger = false, content, initialFocus }) {
    return new Promise((resolve) => {
        const cancel = element("button", { type: "button", class: "button button-secondary" }, "Cancel");
        const confirm = element(
            "button", { type: "submit", class: danger ? "button button-danger" : "button", value: "yes" }, action);
        const heading = element("h2", { id: "dialog-title" }, title);
        const form = element(
            "form", { method: "dialog" }, heading, content, element("div", { class: "actions" }, cancel, confirm));
        const dialog = element("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, form);
        cancel.addEventListener("click", () => dialog.close());
        dialog.addEventListener("close", () => {
            resolve(dialog.returnValue === "yes");
            dialog.remove();
        });
        document.body.append(dialog);
        dialog.showModal();
        (initialFocus ?? cancel).focus();
    });
}

/** Asks for consent; the answer is no unless it is given. */
export function askConsent({ title, text, action }) {
    return open({ title, action, danger: true, content: element("p", {}, text) });
}

/** Asks for one line of text; null when the person cancels or empties it. */
export async function askText({ title, label, value, action, longest }) {
    const input = element("input", { type: "text", class: "input", id: "dialog-text", value, maxLength: longest });
    const content = element("div", { class: "field" }, element("label", { htmlFor: "dialog-text" }, label), input);
    const opened = open({ title, action, content, initialFocus: input });
    input.select();
    return (await opened) && input.value.trim() ? input.value.trim() : null;
}
