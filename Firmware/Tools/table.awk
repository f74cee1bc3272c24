# Joins the suite's lines (NAME PRODUCTS HASH) with each core's counts (INDEX INSTRUCTIONS CYCLES ...), and prints a
# table of a column (2: instructions, 3: estimated cycles), with markdown=1 as pages have it. With limits.txt as the
# second file (CORE KERNEL INSTRUCTIONS CYCLES) it checks that nothing takes more than 3 % above them; with update=FILE
# it writes such limits. Runs with thousands.awk.
function figure(text, each) {
    if (markdown) {
        text = thousands(text)
        return each == "" ? text : text " (" each ")"
    }
    return sprintf("%20s", each == "" ? text "       " : text " (" each ")")
}
function check(core, kernel, what, measured, limit) {
    if (measured <= limit * 1.03) return
    printf "firmware: %s takes %d %s on %s, more than 3 %% above the %d of limits.txt\n", kernel, measured, what, core, limit > "/dev/stderr"
    failed = 1
}
BEGIN {
    count = split(cores, core, " ")
    printf markdown ? "| kernel |" : "%-26s", "kernel"
    for (c = 1; c <= count; c++) {
        printf markdown ? " %s |" : "%20s", markdown ? toupper(core[c]) : core[c]
        file = build "/" core[c] ".counts"
        while ((getline line < file) > 0) {
            split(line, field, " ")
            counts[core[c], field[1], 2] = field[2]
            counts[core[c], field[1], 3] = field[3]
        }
        close(file)
    }
    printf "\n"
    if (markdown) {
        printf "| --- |"
        for (c = 1; c <= count; c++) printf " ---: |"
        printf "\n"
    }
    if (update) print "# What kernels take; 3 % more fails. CORE KERNEL INSTRUCTIONS ESTIMATED-CYCLES" > update
}
/^#/ || NF == 0 { next }
FILENAME ~ /host.txt$/ {
    printf markdown ? "| `%s` |" : "%-26s", $1
    for (c = 1; c <= count; c++) {
        taken = counts[core[c], row + 0, column]
        printf markdown ? " %s |" : "%s", figure(taken, $2 > 0 ? sprintf("%.2f", taken / $2) : "")
        place_of[core[c], $1] = row + 0
        if (update) print core[c], $1, counts[core[c], row + 0, 2], counts[core[c], row + 0, 3] > update
    }
    printf "\n"
    row++
    next
}
($1, $2) in place_of {
    check($1, $2, "instructions", counts[$1, place_of[$1, $2], 2], $3)
    check($1, $2, "estimated cycles", counts[$1, place_of[$1, $2], 3], $4)
    delete place_of[$1, $2]
    has_limits = 1
}
END {
    if (has_limits)
        for (pair in place_of) {
            split(pair, part, SUBSEP)
            printf "firmware: %s has no limit on %s in limits.txt (Firmware/run --update writes them)\n", part[2], part[1] > "/dev/stderr"
            failed = 1
        }
    exit failed
}
