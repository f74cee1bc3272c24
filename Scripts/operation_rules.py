"""What Scripts/lint-operations looks for in a file's syntax tree, as the compiler's `-dump-ast-format json` writes it.

Types are the compiler's: `$s8Networks9OperationOD` is Networks.Operation, whatever it is called where it is used.
"""
import bisect
import re

FUNCTIONS = {"func_decl", "accessor_decl", "constructor_decl", "subscript_decl"}
# What names are declared in.
SCOPES = FUNCTIONS | {
    "brace_stmt", "closure_expr", "if_stmt", "while_stmt", "for_each_stmt", "case_stmt", "do_catch_stmt",
}
CHAIN = "a chain of tests stands in for a switch over {}: {}; switch over it and list its cases"
LADDER = "a ladder of casts stands in for a switch: {} as {}; switch over the operation and list its cases"
CASTS = "a switch with casts takes any {} apart; switch over the operation and list its cases"
DEFAULT = "a switch over {} has a {}: list its cases, so that a new one does not compile until it is told here"


class Watched:
    """Enums that a switch tells apart by listing their cases, and protocols that no cast takes apart: `Module.Name`."""

    def __init__(self, enumerations, protocols):
        self.enumerations = {f"$s{mangled(each)}OD": each.split(".")[-1] for each in enumerations}
        self.protocols = {f"$s{mangled(each)}_pD": each.split(".")[-1] for each in protocols}
        # A case's identifier starts with its enum's.
        self.elements = tuple(f"s:{mangled(each)}O" for each in enumerations)
        self.declarations = {f"s:{mangled(each)}O": each for each in enumerations}
        self.names = [mangled(each) for each in [*enumerations, *protocols]]


def mangled(name):
    return "".join(f"{len(part)}{part}" for part in name.split("."))


class File:
    """The findings in one file, by line; and which of the watched enums it declares."""

    def __init__(self, tree, source, watched):
        self.source, self.watched = source, watched
        self.starts = [0] + [match.end() for match in re.finditer(b"\n", source)]
        self.findings, self.declared = {}, set()
        # Tests of a value for one of its cases, and casts of it: where, and for what.
        self.tests, self.casts = {}, {}
        self.walk(tree)
        for tests, sentence in ((self.tests, CHAIN), (self.casts, LADDER)):
            for (kind, *_), found in tests.items():
                if len({name for _, name in found}) > 1:
                    places = [f"{name} (line {self.line(start)})" for start, name in sorted(found)]
                    self.find(min(found)[0], sentence.format(kind, ", ".join(places)))

    def line(self, start):
        return bisect.bisect_right(self.starts, start)

    def find(self, start, sentence):
        self.findings[self.line(start), sentence] = None

    # The tree

    def walk(self, tree):
        """Visits all nodes in the source's order, without recursion: expressions nest deep."""
        waiting, count = [(tree, Scope(None, False, 0))], 0
        while waiting:
            node, scope = waiting.pop()
            if isinstance(node, list):
                waiting += ((each, scope) for each in reversed(node) if isinstance(each, (dict, list)))
                continue
            kind = node.get("_kind")
            if kind in SCOPES:
                count += 1
                scope = Scope(scope, kind in FUNCTIONS, count)
            self.visit(kind, node, scope)
            waiting += ((each, scope) for each in reversed(node.values()) if isinstance(each, (dict, list)))

    def visit(self, kind, node, scope):
        if node.get("implicit") and kind in ("switch_stmt", "binary_expr"):
            # Written by the compiler.
            return
        if kind in ("pattern_named", "parameter"):
            scope.names.add(name_of(node))
        elif kind == "enum_decl" and node.get("usr") in self.watched.declarations:
            self.declared.add(self.watched.declarations[node["usr"]])
        elif kind == "switch_stmt":
            self.visit_switch(node)
        elif kind == "pattern" and "initializer" in node:
            # A condition `case … = …`. Its value is looked up before the pattern's names are declared.
            for pattern, value in matched(node["pattern"], node["initializer"]):
                for element in self.elements_in(pattern):
                    self.test(element["type"], value, element["element"]["base_name"]["name"], scope)
        elif kind == "binary_expr" and called(node) in ("==", "!="):
            self.visit_comparison([each["expr"] for each in node["args"]["args"]], scope)
        elif kind == "call_expr" and called(node) == "contains":
            self.visit_contains(node, scope)
        elif kind in ("conditional_checked_cast_expr", "is_subtype_expr", "forced_checked_cast_expr"):
            cast = node["sub_expr"]
            protocol = self.watched.protocols.get(cast.get("type"))
            if protocol and "range" in cast:
                place = (node["range"]["start"], type_name(node["written_type"]))
                self.casts.setdefault((self.text(cast), *self.identity(cast, scope)), set()).add(place)

    def visit_switch(self, node):
        subject, start = node["subject_expr"].get("type"), node["range"]["start"]
        patterns = [item["pattern"] for case in node["cases"] for item in case["case_label_items"]]
        if subject in self.watched.protocols and any(each.get("_kind") == "pattern_is" for each in nodes_in(patterns)):
            self.find(start, CASTS.format(self.watched.protocols[subject]))
        types = {each["type"] for each in self.elements_in(patterns)} | {subject}
        for enumeration in types & self.watched.enumerations.keys():
            name = self.watched.enumerations[enumeration]
            for case in node["cases"]:
                for item in case["case_label_items"]:
                    if item.get("default"):
                        self.find(case["range"]["start"], DEFAULT.format(name, "default"))
                    elif "where_expr" not in item and self.takes_all(item["pattern"], enumeration):
                        self.find(case["range"]["start"], DEFAULT.format(name, "case that takes all"))

    def takes_all(self, pattern, enumeration):
        """Whether a pattern takes every case of an enum, wherever in the pattern the enum stands."""
        if is_open(pattern):
            return True
        patterns = [each for each in nodes_in(pattern) if each.get("_kind", "").startswith("pattern_")]
        places = [each for each in patterns if each.get("type") == enumeration]
        return bool(places) and all(is_open(each) for each in places)

    # Values that are told apart

    def elements_in(self, pattern):
        found = [each for each in nodes_in(pattern) if each.get("_kind") == "pattern_enum_element"]
        return [each for each in found if each["type"] in self.watched.enumerations]

    def element(self, expression):
        """The name of the case that an expression is."""
        if expression.get("type") not in self.watched.enumerations:
            return None
        named = declaration(expression.get("fn"))
        usr = named.get("decl_usr", "")
        return named["base_name"] if usr.startswith(self.watched.elements) and usr.endswith("mF") else None

    def visit_comparison(self, sides, scope):
        for value, other in (sides, reversed(sides)):
            name = self.element(bare(other))
            if name:
                self.test(bare(other)["type"], value, name, scope)

    def visit_contains(self, node, scope):
        access = bare(node["fn"])
        if access["_kind"] == "dot_syntax_call_expr":
            receiver = bare(access["args"]["args"][0]["expr"])
            for each in receiver.get("elements", []) if receiver["_kind"] == "array_expr" else []:
                for argument in node["args"]["args"]:
                    self.visit_comparison([argument["expr"], each], scope)

    def test(self, enumeration, value, name, scope):
        if "range" in value:
            key = (self.watched.enumerations[enumeration], *self.identity(value, scope))
            self.tests.setdefault(key, set()).add((value["range"]["start"], name))

    def identity(self, value, scope):
        """What two expressions share that are the same value: how they are written, and what their names stand for."""
        named = [each for each in nodes_in(value) if each.get("_kind") == "decl_ref"]
        local = {each["base_name"] for each in named if each.get("decl_usr") == ""}
        return (self.text(value), scope.function(), *sorted((each, scope.declaring(each)) for each in local))

    def text(self, expression):
        span = expression["range"]
        last = re.match(rb"\w*", self.source[span["end"]:])[0] or self.source[span["end"]:span["end"] + 1]
        text = re.sub(rb"[\s?!]", b"", self.source[span["start"]:span["end"]] + last).decode()
        return text.removeprefix("self.")


class Scope:
    """The names that are declared between two braces."""

    def __init__(self, outer, is_function, number):
        self.outer, self.is_function, self.names, self.number = outer, is_function, set(), number

    def function(self):
        """The number of the outermost function around."""
        found, scope = 0, self
        while scope:
            found = scope.number if scope.is_function else found
            scope = scope.outer
        return found

    def declaring(self, name):
        """The number of the scope that declares a name."""
        scope = self
        while scope and name not in scope.names:
            scope = scope.outer
        return scope.number if scope else 0


def nodes_in(tree):
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def name_of(node):
    return node.get("name", {}).get("base_name", {}).get("name")


def is_open(pattern):
    """Whether a pattern takes anything: `_`, a name, or these in parentheses."""
    while "sub_pattern" in pattern and pattern["_kind"] in ("pattern_binding", "pattern_paren", "pattern_typed"):
        pattern = pattern["sub_pattern"]
    return pattern["_kind"] in ("pattern_any", "pattern_named")


def matched(pattern, value):
    """A pattern with the value that it is matched with; those of a tuple one by one."""
    if pattern["_kind"] == "pattern_tuple" and value.get("_kind") == "tuple_expr":
        for each in zip(pattern["elements"], value["elements"]):
            yield from matched(*each)
    else:
        yield pattern, value


def bare(expression):
    """An expression without what the compiler puts around it."""
    while expression.get("_kind") in ("paren_expr", "load_expr", "inject_into_optional", "function_conversion_expr"):
        expression = expression["sub_expr"]
    return expression


def declaration(function):
    """What a called expression names: through member access, and conversions that the compiler puts around it."""
    while isinstance(function, dict) and "decl" not in function:
        function = function.get("fn") or function.get("sub_expr")
    return function["decl"] if function else {}


def called(node):
    """The name of the function that an expression calls."""
    return declaration(node.get("fn")).get("base_name")


def type_name(mangled_name):
    """The last name in a mangled type, for people."""
    rest, last = mangled_name, mangled_name
    while match := re.search(r"(\d+)([A-Za-z_]\w*)", rest):
        length = int(match[1])
        last, rest = match[2][:length], match[2][length:]
    return last
