# Prints what libraries take as a table, and checks that nothing takes over 3 % more than was known. Reads limits.txt and
# then a file of the same form: NETWORK TARGET INSTRUCTIONS ESTIMATED-CYCLES ARENA FLASH STACK
#
# With -v markdown=1 the table is as Documentation/Library.md has it. With -v update=FILE it writes there what is known,
# and instead of it what was seen. Runs with Tools/thousands.awk.
BEGIN {
    count = split("instructions|estimated cycles|arena|flash|stack", names, "|")
    head = "# What libraries of networks with made-up numbers take; 3 % more fails. NETWORK TARGET INSTRUCTIONS ESTIMATED-CYCLES ARENA FLASH STACK"
    if (!markdown) printf "%-10s%-16s%14s%18s%9s%10s%7s\n", "network", "target", "instructions", "estimated cycles", "arena", "flash", "stack"
}
function complain(sentence) {
    printf "library: %s\n", sentence > "/dev/stderr"
    failed = 1
}
# A row a target, what both networks take beside each other; the arena, which is the same everywhere, is left to the text.
function print_markdown(    row, target, networks, network, field) {
    print "| target | `demo`: instructions | estimated cycles | flash | stack | `windows`: instructions | estimated cycles | flash | stack |"
    print "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    split("demo windows", networks, " ")
    for (row = 1; row <= rows; row++) {
        target = targets[row]
        printf "| `%s` |", target
        for (network = 1; network <= 2; network++) {
            split(seen[networks[network] " " target], field, " ")
            printf " %s | %s | %s | %s |", thousands(field[3]), thousands(field[4]), thousands(field[6]), thousands(field[7])
        }
        printf "\n"
    }
}
/^#/ || NF == 0 { next }
{ key = $1 " " $2 }
FILENAME == ARGV[1] {
    if (NF != 7) {
        if (update == "") complain("cannot read \"" $0 "\" in limits.txt: run Firmware/LibraryCheck/check --update")
        next
    }
    if (!(key in known)) order[++lines] = key
    known[key] = $0
    next
}
{
    if (!markdown) printf "%-10s%-16s%14d%18d%9d%10d%7d\n", $1, $2, $3, $4, $5, $6, $7
    if (!($2 in is_target)) targets[++rows] = $2
    is_target[$2] = 1
    seen[key] = $0
    if (!(key in known)) {
        order[++lines] = key
        if (update == "") complain(key " is missing in limits.txt: run Firmware/LibraryCheck/check --update")
    } else if (update == "") {
        split(known[key], before, " ")
        for (name = 1; name <= count; name++)
            if ($(name + 2) > before[name + 2] * 1.03)
                complain($1 " on " $2 " takes " $(name + 2) " of " names[name] ", over 3 % more than the " before[name + 2] " of limits.txt")
    }
    known[key] = $0
}
END {
    if (markdown) print_markdown()
    if (update != "") {
        print head > update
        for (line = 1; line <= lines; line++) print known[order[line]] > update
    }
    exit failed
}
