# A whole number as pages have it: thousands apart.
function thousands(text,    place) {
    for (place = length(text) - 3; place > 0; place -= 3) text = substr(text, 1, place) " " substr(text, place + 1)
    return text
}
