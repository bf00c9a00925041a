// The list of conversations.
import { byID, element, icon } from "./dom.js";
import { askConsent, askText } from "./dialogs.js";

const day = 86_400_000;

/** Shows the conversations and lets the person choose, rename and delete them. */
export class Sidebar {
    #list = byID("conversations");
    #opener = byID("sidebar-open");
    #conversations = [];
    #current = null;
    #actions;

    /** `actions`: `rename(id, title)` and `remove(id)`, both asynchronous; `titleLimit()`. */
    constructor(actions) {
        this.#actions = actions;
        this.#opener.addEventListener("click", () => this.open());
        byID("sidebar-close").addEventListener("click", () => this.close());
        byID("scrim").addEventListener("click", () => this.close());
        byID("sidebar").addEventListener("keydown", (event) => {
            if (event.key === "Escape") this.close();
        });
    }

    /** Shows the list over the conversation, on a narrow screen. */
    open() {
        document.body.classList.add("sidebar-open");
        this.#opener.setAttribute("aria-expanded", "true");
        byID("sidebar-close").focus();
    }

    close() {
        if (!document.body.classList.contains("sidebar-open")) return;
        document.body.classList.remove("sidebar-open");
        this.#opener.setAttribute("aria-expanded", "false");
        this.#opener.focus();
    }

    show(conversations) {
        this.#conversations = conversations;
        this.#render();
    }

    /** Shows that the list could not be loaded. */
    showFailure(message) {
        this.#list.setAttribute("aria-busy", "false");
        this.#list.replaceChildren(element("p", { class: "list-note" }, message));
    }

    /** Puts a new or changed conversation at the top. */
    put(conversation) {
        const known = this.#conversations.find(({ id }) => id === conversation.id);
        const rest = this.#conversations.filter(({ id }) => id !== conversation.id);
        this.show([{ ...known, ...conversation }, ...rest]);
    }

    select(id) {
        this.#current = id;
        this.#render();
    }

    #render() {
        this.#list.setAttribute("aria-busy", "false");
        if (!this.#conversations.length) {
            this.#list.replaceChildren(element("p", { class: "list-note" }, "Your conversations will appear here."));
            return;
        }
        const groups = new Map();
        for (const conversation of this.#conversations) {
            const name = age(conversation.updatedAt);
            groups.set(name, [...(groups.get(name) ?? []), conversation]);
        }
        this.#list.replaceChildren(...[...groups].map(([name, conversations]) => element(
            "section", { "aria-label": name },
            element("h2", {}, name), element("ul", {}, conversations.map((each) => this.#item(each))))));
    }

    #item(conversation) {
        const { id, title } = conversation;
        const current = id === this.#current;
        return element(
            "li", { class: current ? "current" : undefined },
            element(
                "a",
                { href: `/c/${id}`, title, dir: "auto", "data-navigate": "", "aria-current": current ? "page" : undefined },
                title),
            element(
                "span", { class: "item-actions" },
                element(
                    "button",
                    { type: "button", class: "icon-button", title: "Rename", "aria-label": `Rename “${title}”`,
                        onclick: () => this.#rename(conversation) },
                    icon("pencil")),
                element(
                    "button",
                    { type: "button", class: "icon-button", title: "Delete", "aria-label": `Delete “${title}”`,
                        onclick: () => this.#remove(conversation) },
                    icon("trash"))));
    }

    async #rename({ id, title }) {
        const chosen = await askText({
            title: "Rename this conversation", label: "Title", value: title, action: "Rename",
            longest: this.#actions.titleLimit(),
        });
        if (!chosen || chosen === title) return;
        await this.#actions.rename(id, chosen);
        this.#focus(id);
    }

    async #remove({ id, title }) {
        const agreed = await askConsent({
            title: "Delete this conversation?",
            text: `“${title}” and all its messages will be deleted for good. This cannot be undone.`, action: "Delete",
        });
        if (!agreed) return;
        await this.#actions.remove(id);
        if (document.activeElement === document.body) this.#focus(this.#conversations[0]?.id);
    }

    /** Gives the focus back to the list, whose items have been built anew. */
    #focus(id) {
        (this.#list.querySelector(`a[href="/c/${id}"]`) ?? byID("new-chat")).focus();
    }
}

function age(time) {
    const midnight = new Date().setHours(0, 0, 0, 0);
    if (time >= midnight) return "Today";
    if (time >= midnight - day) return "Yesterday";
    if (time >= midnight - 7 * day) return "Last seven days";
    return new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", year: "numeric" }).format(time);
}
