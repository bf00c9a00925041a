// Questions to the person, as modal dialogs.
import { element } from "./dom.js";

function open({ title, action, danger = false, content, initialFocus, isValid = () => true }) {
    return new Promise((resolve) => {
        const cancel = element("button", { type: "button", class: "button button-secondary" }, action ? "Cancel" : "Close");
        const confirm = action
            ? element("button", { type: "submit", class: danger ? "button button-danger" : "button", value: "yes" }, action) : null;
        const heading = element("h2", { id: "dialog-title" }, title);
        const form = element(
            "form", { method: "dialog" }, heading, content, element("div", { class: "actions" }, cancel, confirm));
        const dialog = element("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, form);
        form.addEventListener("submit", (event) => {
            if (!isValid()) event.preventDefault();
        });
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

/** Asks for a text of several lines, which may be empty; null when the person cancels. */
export async function askLongText({ title, text, label, value, action, longest }) {
    const input = element("textarea", {
        class: "input", id: "dialog-text", rows: 7, value, "aria-describedby": "dialog-note dialog-count",
    });
    const count = element("p", { class: "hint", id: "dialog-count", role: "status" });
    const excess = () => [...input.value].length - longest;
    const changed = () => {
        const over = excess();
        input.setAttribute("aria-invalid", String(over > 0));
        count.textContent = over > 0 ? `${over} characters too many.` : over > -500 ? `${-over} characters left.` : "";
    };
    input.addEventListener("input", changed);
    changed();
    const content = element(
        "div", { class: "field" }, element("p", { class: "hint", id: "dialog-note" }, text),
        element("label", { htmlFor: "dialog-text" }, label), input, count);
    const agreed = await open({ title, action, content, initialFocus: input, isValid: () => excess() <= 0 });
    return agreed ? input.value : null;
}

/** Shows the keys the page listens to. */
export function showKeys(keys) {
    return open({
        title: "Keyboard", content: element(
            "dl", { class: "keys" },
            keys.map(([names, meaning]) => element(
                "div", {}, element("dt", {}, names.map((name) => element("kbd", {}, name))), element("dd", {}, meaning)))),
    });
}
