// Opens the page the user wanted where the user wanted it: with the part of the address behind # that this tab remembers.
const target = document.querySelector("main").dataset.target;
const key = "gatehouse-fragment " + target;
let fragment = "";
try {
  fragment = sessionStorage.getItem(key) ?? "";
  sessionStorage.removeItem(key);
} catch {
  // Nothing is stored here: the page opens at its beginning.
}
location.replace(fragment.startsWith("#") ? target + fragment : target);
