"""The modules of Package.swift, and how SwiftPM's last build compiled them.

SwiftPM leaves the arguments of every call of the compiler in .build/release.yaml. With them a module is type-checked
against those that are built, in seconds and without a build. Modules that have changed since are emitted to
.build/check, which is looked into first. Scripts/check and Scripts/lint-operations share this.
"""
import concurrent.futures
import graphlib
import json
import os
import re
import shlex
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# What a build needs and a check does not: options alone, and options with one argument.
DROPPED = {
    "-emit-module", "-emit-dependencies", "-c", "-parseable-output", "-emit-objc-header", "-serialize-diagnostics",
    "-O", "-incremental", "-enable-batch-mode",
}
DROPPED_PAIRS = {
    "-emit-module-path", "-output-file-map", "-emit-objc-header-path", "-module-cache-path", "-num-threads",
    "-index-store-path",
}


class Unable(Exception):
    """Why nothing can be checked, in one sentence."""


class Target:
    """A target of Package.swift with its files here."""

    def __init__(self, described):
        self.name = described["name"]
        self.module = self.name.replace("-", "_")
        folder = "Tests" if described["type"] == "test" else "Sources"
        self.path = os.path.join(ROOT, described.get("path") or f"{folder}/{self.name}")
        self.is_source = os.path.relpath(self.path, ROOT).startswith("Sources")
        self.dependencies = [next(iter(each.values()))[0] for each in described["dependencies"]]
        left_out = [*described.get("exclude", []), *(each["path"] for each in described.get("resources", []))]
        self.left_out = [os.path.join(self.path, each) for each in left_out]

    def files(self, ending):
        found = []
        for folder, folders, names in os.walk(self.path):
            folders[:] = [each for each in folders if os.path.join(folder, each) not in self.left_out]
            found += (os.path.join(folder, each) for each in names if each.endswith(ending))
        return sorted(each for each in found if each not in self.left_out)


class Package:
    """All targets, in order of dependency, and their last build in `folder`: the .build of this checkout or another."""

    def __init__(self, folder=None):
        self.folder = os.path.abspath(folder or os.path.join(ROOT, ".build"))
        # Where the sources lay that were built.
        self.root = os.path.dirname(self.folder)
        self.scratch = os.path.join(ROOT, ".build", "check")
        self.commands = self._commands()
        self.targets = {each["name"]: Target(each) for each in self._described()}
        for target in self.targets.values():
            # Products of other packages are built, and do not change.
            target.dependencies = [each for each in target.dependencies if each in self.targets]
        order = graphlib.TopologicalSorter({each.name: each.dependencies for each in self.targets.values()})
        self.order = [self.targets[name] for name in order.static_order()]
        self.sources = {each.name: each.files(".swift") for each in self.order}
        self.swift = [each for each in self.order if self.sources[each.name]]

    def _commands(self):
        """The arguments of the compiler, by module."""
        manifests = [os.path.join(self.folder, each) for each in ("release.yaml", "debug.yaml")]
        manifest = next((each for each in manifests if os.path.exists(each)), None)
        if manifest is None:
            raise Unable(f"there is no build in {os.path.relpath(self.folder)} to check against: run make build first")
        commands = {}
        with open(manifest) as lines:
            for line in lines:
                match = re.match(r"\s*args: (\[.*\])", line)
                if match and '"-emit-module-path"' in line:
                    arguments = json.loads(match[1])
                    path = arguments[arguments.index("-emit-module-path") + 1]
                    # What runs while building (plug-ins, macros) has folders of its own.
                    if os.path.basename(os.path.dirname(path)) == "Modules":
                        commands[arguments[arguments.index("-module-name") + 1]] = arguments
        if not commands:
            raise Unable(f"{os.path.relpath(manifest)} compiles no module of Swift: run make build first")
        any_command = next(iter(commands.values()))
        self.modules = os.path.dirname(any_command[any_command.index("-emit-module-path") + 1])
        return commands

    def _described(self):
        """Package.swift as JSON, kept until it changes."""
        kept, source = os.path.join(self.scratch, "package.json"), os.path.join(ROOT, "Package.swift")
        if not os.path.exists(kept) or os.path.getmtime(kept) < os.path.getmtime(source):
            os.makedirs(self.scratch, exist_ok=True)
            # A scratch folder of its own: a build that is under way holds a lock on the other.
            scratch = os.path.join(self.scratch, "package")
            swift = os.environ.get("SWIFT", "swift")
            command = [swift, "package", "--package-path", ROOT, "--scratch-path", scratch, "dump-package"]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise Unable(f"Package.swift cannot be read: {done.stderr.strip()}")
            write(kept, done.stdout)
        with open(kept) as file:
            return json.load(file)["targets"]

    def closure(self, names):
        """The targets named and all that they depend on."""
        found, open_names = set(), list(names)
        while open_names:
            name = open_names.pop()
            if name not in found:
                found.add(name)
                open_names += self.targets[name].dependencies
        return found

    # What has changed

    def changed(self):
        """Names of the targets that are not as they were built, and of those that depend on them."""
        found = set()
        for target in self.swift:
            if any(each in found for each in target.dependencies) or not self._is_as_built(target):
                found.add(target.name)
        return found

    def _is_as_built(self, target):
        module = os.path.join(self.modules, target.module + ".swiftmodule")
        objects = os.path.join(os.path.dirname(self.modules), target.module + ".build")
        listed = os.path.join(objects, "sources")
        if not os.path.exists(module) or not os.path.exists(listed):
            return False
        with open(listed) as file:
            paths = [path for line in file for path in shlex.split(line)]
        built = {path for path in paths if not path.startswith(self.folder + os.sep)}
        headers = [path for each in target.dependencies for path in self.targets[each].files(".h")]
        present = self.sources[target.name]
        theirs = {path: os.path.join(self.root, os.path.relpath(path, ROOT)) for path in present + headers}
        if {theirs[path] for path in present} != built:
            return False
        # The compiler may leave a module alone whose interface has not changed; what it compiled to is always new.
        made = [module, *(each.path for each in os.scandir(objects) if each.name.endswith(".o"))]
        newest = max(os.path.getmtime(path) for path in made)
        for path, built_path in theirs.items():
            if not os.path.exists(built_path) or os.path.getmtime(built_path) > newest:
                return False
            if path != built_path and read(path) != read(built_path):
                return False
        return True

    # How to compile

    def options(self, target):
        """The compiler, and its driver's options for a target without the files."""
        command = self.commands.get(target.module) or self._imitated(target)
        options, index = [], 1
        while index < len(command):
            option = command[index]
            if option in DROPPED_PAIRS:
                index += 1
            elif option == "-I" and command[index + 1] == self.modules:
                options += ["-I", os.path.join(self.scratch, "Modules")]
                options += command[index:index + 2]
                index += 1
            elif option == "-Xcc":
                options += [option, self._here(command[index + 1])]
                index += 1
            elif option not in DROPPED and not re.match(r"@|-j\d", option):
                options.append(self._here(option))
            index += 1
        return command[0], [*options, "-module-cache-path", os.path.join(self.scratch, "ModuleCache")]

    def _imitated(self, target):
        """The arguments for a target that is new since the build: those of what it depends on, all together."""
        modules = [self.targets[each].module for each in sorted(self.closure([target.name]))]
        near = [self.commands[each] for each in modules if each in self.commands] or list(self.commands.values())[:1]
        command = list(near[0])
        command[command.index("-module-name") + 1] = target.module
        for other in near[1:]:
            index = 0
            while index < len(other):
                # -Xcc -I -Xcc FOLDER is one option.
                length = 4 if other[index:index + 2] == ["-Xcc", "-I"] else 2 if other[index] == "-Xcc" else 1
                option = other[index:index + length]
                is_search_path = option[0] == "-Xcc" or option[0].startswith("-I/")
                if is_search_path and not any(command[at:at + length] == option for at in range(len(command))):
                    command += option
                index += length
        # Tests look into it, as into every module of ours.
        if "-enable-testing" not in command:
            command.append("-enable-testing")
        return command

    def _here(self, option):
        """The option with this checkout's sources in place of the other's; what is set up or built stays there."""
        return re.sub(re.escape(self.root) + r"/(?!\.)", lambda _: ROOT + "/", option)

    def files(self, target):
        """The target's files, and those that SwiftPM wrote for it."""
        derived = os.path.join(os.path.dirname(self.modules), target.module + ".build", "DerivedSources")
        names = sorted(os.listdir(derived)) if os.path.isdir(derived) else []
        return self.sources[target.name] + [os.path.join(derived, each) for each in names if each.endswith(".swift")]

    def emit(self, target):
        """Compiles a target to a module in the scratch folder; whether that went well, and what the compiler said."""
        compiler, options = self.options(target)
        path = self._emitted(target)
        command = [compiler, *options, *self.files(target), "-emit-module", "-emit-module-path", path, "-Onone"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode and os.path.exists(path):
            os.remove(path)
        return done.returncode == 0, done.stdout

    def _emitted(self, target):
        return os.path.join(self.scratch, "Modules", target.module + ".swiftmodule")

    def _is_emitted(self, name):
        """Whether the module in the scratch folder is newer than all that it is made from."""
        emitted = self._emitted(self.targets[name])
        if not os.path.exists(emitted):
            return False
        made_from = self.files(self.targets[name])
        for each in self.closure([name]) - {name}:
            target = self.targets[each]
            built = os.path.join(self.modules, target.module + ".swiftmodule")
            made_from += [self._emitted(target), built, *target.files(".h")]
        return all(os.path.getmtime(each) < os.path.getmtime(emitted) for each in made_from if os.path.exists(each))

    def emit_all(self, names, changed, report, again=frozenset()):
        """Emits the named targets, those first that others depend on; whether all went well.

        Calls `report` with each one's name, whether it went well and what the compiler said. Those that depend on one
        that failed are left out. What is left of an earlier call is used, but not for the targets `again`.
        """
        modules = os.path.join(self.scratch, "Modules")
        os.makedirs(modules, exist_ok=True)
        for target in self.swift:
            # What was emitted before the last build must not hide what that built.
            if target.name not in changed and os.path.exists(self._emitted(target)):
                os.remove(self._emitted(target))
        order = graphlib.TopologicalSorter({name: self.closure([name]) & names - {name} for name in names})
        order.prepare()
        failed, running = set(), {}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            while order.is_active():
                for name in order.get_ready():
                    if self.closure([name]) & failed:
                        order.done(name)
                    elif name not in again and self._is_emitted(name):
                        order.done(name)
                    else:
                        running[pool.submit(self.emit, self.targets[name])] = name
                if not running:
                    continue
                ended = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done
                for done in ended:
                    name = running.pop(done)
                    went_well, said = done.result()
                    if not went_well:
                        failed.add(name)
                    report(name, went_well, said)
                    order.done(name)
        return not failed


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, text):
    """Whole or not at all."""
    with open(path + ".new", "w") as file:
        file.write(text)
    os.replace(path + ".new", path)
