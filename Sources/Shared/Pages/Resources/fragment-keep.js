// Remembers the part of the address behind # while its user signs in. It stays in this tab; no server sees it.
const target = document.querySelector("main").dataset.target;
let query = "?return_to=" + encodeURIComponent(target);
if (location.hash.length > 1) {
  try {
    sessionStorage.setItem("gatehouse-fragment " + target, location.hash);
    query += "&fragment=kept";
  } catch {
    // Nothing may be stored here: the page opens at its beginning.
  }
}
location.replace("/oauth2/login" + query);
