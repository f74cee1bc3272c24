# Prints what libraries take as a table, and compares it with what was known. Reads limits.txt and then a file of the same form:
# NETWORK TARGET INSTRUCTIONS ESTIMATED-CYCLES ARENA FLASH STACK
#
# With -v update=FILE it writes there what is known, and instead of it what was seen.
BEGIN {
    count = split("instructions|estimated cycles|arena|flash|stack", names, "|")
    head = "# What libraries of networks with made-up numbers take; 3 % more fails. NETWORK TARGET INSTRUCTIONS ESTIMATED-CYCLES ARENA FLASH STACK"
    printf "%-10s%-16s%14s%18s%9s%10s%7s\n", "network", "target", "instructions", "estimated cycles", "arena", "flash", "stack"
}
/^#/ || NF == 0 { next }
function complain(sentence) {
    printf "library: %s\n", sentence > "/dev/stderr"
    failed = 1
}
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
    printf "%-10s%-16s%14d%18d%9d%10d%7d\n", $1, $2, $3, $4, $5, $6, $7
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
    if (update != "") {
        print head > update
        for (line = 1; line <= lines; line++) print known[order[line]] > update
    }
    exit failed
}
