// The chat page: puts the parts together and decides by the address what is shown.
import { createConversation, deleteConversation, listConversations, me, renameConversation } from "./api.js";
import { byID, element, icon } from "./dom.js";
import { Sidebar } from "./sidebar.js";
import { Composer } from "./composer.js";
import { ConversationView } from "./conversation.js";

const suggestions = [
    ["See a table", "/demo table"],
    ["See code", "/demo code"],
    ["Read a long answer", "/demo long"],
    ["What can you show?", "/help"],
];

let profile = null;
/** The text being sent, until the server has it. */
let asking = false;

const sidebar = new Sidebar({
    titleLimit: () => profile?.limits.titleCharacters ?? 120,
    rename: (id, title) => attempt(async () => {
        const conversation = await renameConversation(id, title);
        sidebar.put(conversation);
        if (view.id === id) showTitle(conversation.title);
    }),
    remove: (id) => attempt(async () => {
        await deleteConversation(id);
        sidebar.show(await listConversations());
        composer.forget(id);
        if (view.id === id) navigate("/");
    }),
});

const composer = new Composer({ send, stop: () => view.stop() });

const view = new ConversationView({
    model: () => profile?.model ?? { label: "", simulated: false },
    busy: (busy) => { composer.busy = busy; },
    began: (start) => {
        hideBanner();
        sidebar.put({ id: start.conversationId, title: start.conversationTitle, updatedAt: Date.now() });
        showTitle(start.conversationTitle);
    },
    failed: (error, text) => {
        if (text) composer.restore(text);
        report(error);
    },
});

async function send(text) {
    if (asking) return;
    if (view.id) {
        view.send(text);
        return;
    }
    asking = true;
    try {
        const conversation = await createConversation();
        history.pushState(null, "", `/c/${conversation.id}`);
        view.start(conversation.id);
        composer.openDraft(conversation.id);
        sidebar.put(conversation);
        sidebar.select(conversation.id);
        view.send(text);
    } catch (error) {
        composer.restore(text);
        report(error);
    } finally {
        asking = false;
    }
}

/** Does something, and shows what went wrong. */
async function attempt(work) {
    try {
        await work();
    } catch (error) {
        report(error);
    }
}

function report(error) {
    if (error.isSignedOut) {
        showBanner("Your session has ended. What you typed is kept in this tab.", element(
            "a", { class: "button", href: location.href }, "Sign in again"));
        return;
    }
    if (error.status === undefined) console.error(error);
    const id = error.requestID ? ` (request ${error.requestID})` : "";
    showBanner([error.message, error.hint].filter(Boolean).join(" ") + id, element(
        "button", { type: "button", class: "small-button", onclick: hideBanner }, "Dismiss"));
}

function showBanner(text, action) {
    const banner = byID("banner");
    banner.replaceChildren(icon("warning"), element("p", {}, text), action);
    banner.hidden = false;
}

function hideBanner() {
    byID("banner").hidden = true;
}

function showTitle(title) {
    byID("title").textContent = title;
    document.title = `${title} – Gatehouse Chat`;
}

function navigate(path) {
    history.pushState(null, "", path);
    route();
}

async function route() {
    hideBanner();
    sidebar.close();
    const id = /^\/c\/([0-9a-f-]{36})$/.exec(location.pathname)?.[1] ?? null;
    sidebar.select(id);
    composer.openDraft(id);
    if (!id) {
        showTitle("New chat");
        view.showInstead(emptyState(location.pathname === "/"));
        composer.focus();
        return;
    }
    try {
        const conversation = await view.load(id);
        if (conversation) {
            showTitle(conversation.title);
            composer.focus();
        }
    } catch (error) {
        if (error.status === 404) {
            showTitle("New chat");
            history.replaceState(null, "", location.pathname);
            view.showInstead(emptyState(false));
        } else {
            view.showInstead(failedState(error));
            if (error.isSignedOut) report(error);
        }
    }
}

function emptyState(known) {
    const name = profile?.name ? profile.name.split(/[\s@]/)[0] : null;
    return element(
        "section", { class: "empty" },
        known ? null : element(
            "p", { class: "notice notice-caution" }, element("strong", {}, "This page does not exist. "),
            "The address may be mistyped, or the conversation was deleted. You can begin a new chat right here."),
        element("h2", {}, name ? `Hello, ${name}` : "Hello"),
        element("p", { class: "muted" }, "Write a message below, or begin with one of these."),
        element("div", { class: "suggestions" }, suggestions.map(([label, text]) => element(
            "button", { type: "button", class: "suggestion", onclick: () => send(text) },
            element("span", {}, label), element("code", {}, text)))));
}

function failedState(error) {
    return element(
        "section", { class: "empty" },
        element("h2", {}, "This conversation could not be loaded"),
        element("p", { class: "muted" }, error.message ?? "Something went wrong in this page."),
        element("button", { type: "button", class: "button", onclick: () => route() }, "Try again"));
}

async function loadProfile() {
    profile = await me();
    composer.user = profile.id;
    composer.limits = profile.limits;
    byID("account-name").textContent = profile.name;
    byID("account-name").title = profile.email ?? profile.name;
    byID("account-initial").textContent = [...profile.name][0]?.toUpperCase() ?? "";
}

async function loadList() {
    try {
        sidebar.show(await listConversations());
    } catch (error) {
        sidebar.showFailure("The list could not be loaded.");
        throw error;
    }
}

document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-navigate]");
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(link.getAttribute("href"));
});
// The next person to use this tab must not see what was not sent.
byID("sign-out").addEventListener("click", () => composer.forgetAll());
addEventListener("popstate", route);
addEventListener("offline", () => showBanner("You are offline. What you typed is kept.", ""));
addEventListener("online", hideBanner);

await Promise.all([attempt(loadProfile), attempt(loadList)]);
await route();
