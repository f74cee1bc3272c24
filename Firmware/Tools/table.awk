# Joins the suite's lines (NAME PRODUCTS HASH) with a column of each core's counts (2: instructions, 3: estimated cycles), prints a table, and
# checks limits of instructions (CORE NAME PER-PRODUCT).
BEGIN {
    count = split(cores, core, " ")
    printf "%-26s", "kernel"
    for (c = 1; c <= count; c++) {
        printf "%20s", core[c]
        file = build "/" core[c] ".counts"
        while ((getline line < file) > 0) {
            split(line, field, " ")
            counts[core[c], field[1]] = field[column]
        }
        close(file)
    }
    printf "\n"
}
/^#/ || NF == 0 { next }
FILENAME ~ /host.txt$/ {
    printf "%-26s", $1
    for (c = 1; c <= count; c++) {
        executed = counts[core[c], row + 0]
        if ($2 > 0) {
            each[core[c], $1] = executed / $2
            printf "%20s", sprintf("%d (%.2f)", executed, executed / $2)
        } else printf "%20s", sprintf("%d       ", executed)
    }
    printf "\n"
    row++
    next
}
($1, $2) in each {
    if (each[$1, $2] > $3) {
        printf "firmware: %s takes %.3f instructions a multiply-accumulate on %s, more than the %s of limits.txt\n", \
            $2, each[$1, $2], $1, $3 > "/dev/stderr"
        failed = 1
    }
}
END { exit failed }
