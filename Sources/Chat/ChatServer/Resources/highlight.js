// Colours the words of a program. Knows little of each language, and takes time in proportion to the text.
import { element } from "./dom.js";

const longest = 60_000;

const words = (text) => new Set(text.split(" "));
const cWords = "break case catch class const continue default do else enum extends false finally for if import in new null return super switch this throw true try while";
const slashes = { line: ["//"], block: ["/*", "*/"] };
const hash = { line: ["#"] };

const languages = {
    swift: { ...slashes, triple: ["\"\"\""], words: words(`${cWords} actor any as associatedtype async await defer extension fileprivate func guard init inout internal is let nil nonisolated open operator override package private protocol public repeat rethrows self Self some static struct subscript throws typealias var where`) },
    js: { ...slashes, quotes: "\"'`", words: words(`${cWords} as async await debugger delete export from function get instanceof let of set static typeof undefined var void yield interface type implements readonly declare namespace abstract`) },
    c: { ...slashes, words: words(`${cWords} auto bool char double extern float goto inline int long namespace nullptr operator private protected public short signed sizeof static struct template typedef typename union unsigned using virtual void volatile #include #define #if #ifdef #ifndef #endif #else #pragma`) },
    java: { ...slashes, triple: ["\"\"\""], words: words(`${cWords} abstract boolean byte char double final float fun implements instanceof int interface internal is long namespace object override package private protected public readonly sealed short static string throws using val var void when where yield async await record`) },
    go: { ...slashes, quotes: "\"'`", words: words("break case chan const continue default defer else fallthrough false for func go goto if import interface map nil package range return select struct switch true type var") },
    rust: { ...slashes, quotes: "\"", words: words("as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while") },
    php: { line: ["//", "#"], block: ["/*", "*/"], words: words(`${cWords} abstract and array as echo function global implements instanceof interface namespace or print private protected public static use var`) },
    python: { ...hash, triple: ["\"\"\"", "'''"], words: words("and as assert async await break class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return True try while with yield case") },
    ruby: { ...hash, words: words("alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo require rescue retry return self super then true undef unless until when while yield") },
    sh: { ...hash, words: words("case do done elif else esac export fi for function if in local return select set then until while cd echo exit source sudo") },
    sql: { line: ["--"], block: ["/*", "*/"], quotes: "'\"", folds: true, words: words("add all alter and as asc begin between by case check column commit constraint create cross default delete desc distinct drop else end exists foreign from full group having in index inner insert intersect into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then union unique update using values view when where with") },
    yaml: { ...hash, words: words("true false null yes no on off") },
    json: { words: words("true false null") },
    css: { block: ["/*", "*/"], words: words("@media @import @supports @keyframes @font-face @layer important") },
};

const names = {
    ["javascript"]: "js", jsx: "js", ts: "js", tsx: "js", typescript: "js", mjs: "js",
    h: "c", cc: "c", cpp: "c", "c++": "c", hpp: "c", "objective-c": "c", glsl: "c",
    kotlin: "java", kt: "java", scala: "java", csharp: "java", cs: "java", "c#": "java", dart: "java", groovy: "java",
    golang: "go", rs: "rust", py: "python", python3: "python", rb: "ruby", bash: "sh", shell: "sh", zsh: "sh", console: "sh",
    dockerfile: "sh", makefile: "sh", postgresql: "sql", sqlite: "sql", mysql: "sql", yml: "yaml", toml: "yaml", ini: "yaml",
    jsonc: "json", scss: "css", less: "css",
};

/** Appends a program's text to `parent`, coloured where the language is known. */
export function appendCode(parent, text, language) {
    const name = language.toLowerCase();
    if (text.length <= longest) {
        if (["html", "xml", "svg", "vue"].includes(name)) return appendMarkup(parent, text);
        if (["diff", "patch"].includes(name)) return appendDiff(parent, text);
        const known = languages[names[name] ?? name];
        if (known && Object.hasOwn(languages, names[name] ?? name)) return appendTokens(parent, text, known);
    }
    parent.append(text);
}

/** Collects plain text, and writes it before each coloured piece. */
function writer(parent, text) {
    let from = 0;
    return {
        piece(start, end, kind) {
            if (start > from) parent.append(text.slice(from, start));
            parent.append(element("span", { class: `hl-${kind}` }, text.slice(start, end)));
            from = end;
        },
        finish() {
            if (from < text.length) parent.append(text.slice(from));
        },
    };
}

function appendTokens(parent, text, language) {
    const { line = [], block, triple = [], quotes = "\"'", folds = false } = language;
    const out = writer(parent, text);
    const word = /[@#]?[\p{L}_$][\p{L}\p{N}_$]*/uy;
    const number = /\d[\w.]*/y;
    const unclosed = {};
    let at = 0;
    while (at < text.length) {
        const character = text[at];
        const comment = line.some((mark) => text.startsWith(mark, at)) && !(character === "#" && /\S/.test(text[at - 1] ?? " "));
        const quote = triple.find((mark) => text.startsWith(mark, at));
        let end = at + 1;
        if (comment) {
            end = endOf(text, "\n", at, 0);
            out.piece(at, end, "comment");
        } else if (block && text.startsWith(block[0], at)) {
            end = endOf(text, block[1], at + 2, block[1].length);
            out.piece(at, end, "comment");
        } else if (quote) {
            end = endOf(text, quote, at + 3, 3);
            out.piece(at, end, "string");
        } else if (quotes.includes(character)) {
            end = endOfString(text, at, unclosed);
            if (end > at + 1) out.piece(at, end, "string");
        } else if ((number.lastIndex = at, number.test(text))) {
            end = number.lastIndex;
            out.piece(at, end, "number");
        } else if ((word.lastIndex = at, word.test(text))) {
            end = word.lastIndex;
            const found = text.slice(at, end);
            if (language.words.has(folds ? found.toLowerCase() : found)) out.piece(at, end, "keyword");
            else if (text[end] === "(") out.piece(at, end, "call");
            else if (/^\p{Lu}/u.test(found) && !folds) out.piece(at, end, "type");
        }
        at = end;
    }
    out.finish();
}

function endOf(text, mark, from, length) {
    const end = text.indexOf(mark, from);
    return end < 0 ? text.length : end + length;
}

/** Where a string ends that begins at `start`; one that does not end on its line is none, but for backticks. */
function endOfString(text, start, unclosed) {
    const quote = text[start];
    // A line is searched once, not once for each of its quotes.
    if (unclosed[quote] > start) return start + 1;
    for (let at = start + 1; at < text.length; at += 1) {
        if (text[at] === "\\") at += 1;
        else if (text[at] === quote) return at + 1;
        else if (text[at] === "\n" && quote !== "`") {
            unclosed[quote] = at;
            return start + 1;
        }
    }
    unclosed[quote] = text.length;
    return quote === "`" ? text.length : start + 1;
}

function appendMarkup(parent, text) {
    const out = writer(parent, text);
    let at = 0;
    while ((at = text.indexOf("<", at)) >= 0) {
        if (text.startsWith("<!--", at)) {
            const end = endOf(text, "-->", at, 3);
            out.piece(at, end, "comment");
            at = end;
            continue;
        }
        const name = /<[/!?]?[A-Za-z][\w:-]*/y;
        name.lastIndex = at;
        if (!name.test(text)) {
            at += 1;
            continue;
        }
        out.piece(at, name.lastIndex, "keyword");
        at = name.lastIndex;
        while (at < text.length && text[at] !== ">") {
            const end = "\"'".includes(text[at]) ? endOf(text, text[at], at + 1, 1) : at + 1;
            if (end > at + 1) out.piece(at, end, "string");
            at = end;
        }
    }
    out.finish();
}

function appendDiff(parent, text) {
    const out = writer(parent, text);
    const kinds = { "+": "added", "-": "removed", "@": "comment" };
    let at = 0;
    for (const line of text.split("\n")) {
        const kind = kinds[line[0]];
        if (kind) out.piece(at, at + line.length, kind);
        at += line.length + 1;
    }
    out.finish();
}
