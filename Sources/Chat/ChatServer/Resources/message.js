// One message as it is shown.
import { element, icon } from "./dom.js";
import { MarkdownView } from "./markdown.js";

const endings = {
    stopped: "Stopped before the end.",
    interrupted: "Interrupted before the end, by a restart or because it could not be stored.",
    error: "The answer failed before its end.",
};

/** What a person wrote: plain text. */
export function questionNode(text) {
    return element(
        "article", { class: "message question", "aria-label": "You" },
        element("div", { class: "bubble", dir: "auto" }, text));
}

/** What the model wrote or is writing: Markdown. */
export class AnswerView {
    #body = element("div", { class: "markdown", dir: "auto" });
    #foot = element("div", { class: "message-foot" });
    #markdown = new MarkdownView(this.#body);
    #text = "";
    #frame = 0;
    #onRetry;
    #onGrow;

    /** The element to show. */
    node;

    /** `onRetry` is called for "Try again", `onGrow`, if given, after the shown text has grown. */
    constructor({ simulated, label, onRetry, onGrow }) {
        this.#onRetry = onRetry;
        this.#onGrow = onGrow;
        const badge = simulated
            ? element("p", { class: "answer-badge" }, element("span", { class: "dot", "aria-hidden": "true" }), label) : null;
        this.node = element("article", { class: "message answer", "aria-label": "Answer" }, badge, this.#body, this.#foot);
    }

    get text() {
        return this.#text;
    }

    /** The words without their marks, for announcing. */
    get plainText() {
        return this.#body.textContent;
    }

    /** Shows that the answer has been asked for. */
    begin() {
        this.node.classList.add("streaming");
        this.#foot.replaceChildren();
        if (!this.#text) this.#body.replaceChildren(thinking());
    }

    /** Adds to the text; it is shown with the next frame. */
    add(text) {
        this.#text += text;
        this.#frame ||= requestAnimationFrame(() => this.#show());
    }

    set(text) {
        this.#text = text;
        this.#show();
    }

    /** Shows how the answer ended. `mayRetry` offers to try again. */
    end({ status, stopReason, message, mayRetry }) {
        this.#show();
        this.node.classList.remove("streaming");
        const note = message ?? endings[status] ?? (stopReason === "max_tokens" ? "The answer reached its length limit." : null);
        const parts = [];
        if (note) {
            parts.push(element("p", { class: status === "error" ? "ending failed" : "ending" },
                status === "error" ? icon("warning") : null, note));
        }
        if (mayRetry && status !== "complete") {
            parts.push(element("button", { type: "button", class: "small-button", onclick: this.#onRetry }, icon("retry"), "Try again"));
        }
        if (status === "complete" && this.#text) parts.push(this.#copyButton());
        this.#foot.replaceChildren(...parts);
    }

    /** Takes back the offer to try again: something was asked after it. */
    settle() {
        this.#foot.querySelector(".small-button:not(.copy-answer)")?.remove();
    }

    #show() {
        cancelAnimationFrame(this.#frame);
        this.#frame = 0;
        if (!this.#text) {
            if (!this.node.classList.contains("streaming")) this.#body.replaceChildren();
            return;
        }
        this.#body.querySelector(":scope > .thinking")?.remove();
        this.#markdown.update(this.#text);
        this.#onGrow?.();
    }

    #copyButton() {
        const label = element("span", {}, "Copy");
        const button = element("button", { type: "button", class: "small-button copy-answer", title: "Copy the answer as Markdown" }, icon("copy"), label);
        button.addEventListener("click", async () => {
            await navigator.clipboard.writeText(this.#text).then(() => { label.textContent = "Copied"; }, () => { label.textContent = "Not allowed"; });
            setTimeout(() => { label.textContent = "Copy"; }, 2000);
        });
        return button;
    }
}

function thinking() {
    return element(
        "p", { class: "thinking" }, element("span", { class: "visually-hidden" }, "The answer is on its way"),
        element("i"), element("i"), element("i"));
}
