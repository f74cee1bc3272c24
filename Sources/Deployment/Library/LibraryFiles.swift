/// The texts of a library: its header, an example, and what each build system wants to know.
package struct LibraryFiles {
    let export: FirmwareExport
    let targets: [LibraryTarget]

    package init(_ export: FirmwareExport, targets: [LibraryTarget]) { (self.export, self.targets) = (export, targets) }

    var c: String { export.names.c }
    var k: String { export.names.constant }
    /// A version as build systems want one: the network is another one with each export.
    var version: String { "1.0.0" }

    /// Paths in the library, and contents.
    package var files: [(path: String, text: String)] {
        [
            ("src/\(c).h", export.data.header.text)
        ] + (export.data.header.exponentials == nil ? [] : [("examples/c/stream.c", stream)]) + [
            ("examples/Classify/Classify.ino", sketch),
            ("examples/c/main.c", example), ("\(c).mk", make), ("CMakeLists.txt", cmake),
            ("cmake/\(c)Config.cmake", cmakeConfiguration), ("library.properties", arduino),
            ("library.json", platformIO), ("platformio.py", platformIOScript), ("zephyr/module.yml", zephyrModule),
            ("zephyr/Kconfig", kconfig), ("zephyr/CMakeLists.txt", zephyr), ("README.md", readme),
        ]
    }

    // MARK: - Examples

    /// Statements that compute an image that `pixel` makes; `memory` and `network` are at hand.
    private var computed: String {
        export.source.pushesRows
            ? """
            for (int32_t row = 0; row < \(k)_PUSHED_ROWS; row++) {
                    uint8_t *pixels = \(c)_input_r(&network);
                    for (int32_t index = 0; index < \(k)_ROW_BYTES; index++) pixels[index] = pixel(row % \(k)_HEIGHT, index);
                    status = \(c)_push_row_r(&network, pixels, \(k)_ROW_BYTES);
                }
            """
            : """
            uint8_t *pixels = \(c)_input_r(&network);
                for (int32_t row = 0; row < \(k)_HEIGHT; row++) {
                    for (int32_t index = 0; index < \(k)_ROW_BYTES; index++)
                        pixels[row * \(k)_ROW_BYTES + index] = pixel(row, index);
                }
                status = \(c)_run_r(&network, pixels, \(k)_INPUT_BYTES);
            """
    }

    private var preparation: String {
        """
        // Arena and windows; a section of your linker script may hold it, DTCM for example.
        \(k)_ALIGNED static uint8_t memory[\(k)_MEMORY_BYTES];
        static \(c)_t network;
        \(export.source.detector == nil ? "" : "static \(c)_detection found[20];\n")
        // Where your camera's bytes come in: row by row, the channels of a pixel together.
        static uint8_t pixel(int32_t row, int32_t index) { return (uint8_t)(row + index); }

        // The class of an image\(export.source.detector == nil ? "" : ", of a detector how many objects"); below 0 a status.
        static int32_t classify(void) {
            int32_t status = \(c)_open(&network, memory, sizeof memory, \(c)_weights, sizeof \(c)_weights);
            if (status != \(k)_OK) return status;
            \(computed)
            if (status != \(k)_OK) return status;
            return \(export.source.detector == nil ? "\(c)_class_r(&network)" : "\(c)_detections_r(&network, found, 20, \(k)_SCORE_UNIT / 2, \(k)_SCORE_UNIT / 100 * 45)");
        }
        """
    }

    private var example: String {
        """
        // Runs the network on a made-up image. The program's status is the class.
        #include "\(c).h"

        \(preparation)

        int main(void) { return (int)classify(); }

        """
    }

    /// Several images of the same thing, of which each alone is not sure.
    private var stream: String {
        """
        // Classifies a stream of images: probabilities are averaged over time, and a class is named while it is sure
        // enough. To be named it has to be surer than to stay, so that the answer does not flicker.
        #include "\(c).h"

        enum {
            // An image counts 1/2^SHIFT, those before it the rest.
            SHIFT = 2,
            APPEARS = \(k)_PROBABILITY_UNIT * 7 / 10,
            STAYS = \(k)_PROBABILITY_UNIT * 4 / 10,
            NONE = -1
        };

        static int32_t averages[\(k)_OUTPUTS];
        static int32_t named = NONE;

        /// The class that is seen, or NONE, after another image was computed; below NONE a status.
        int32_t \(c)_seen(const \(c)_t *network) {
            static uint16_t probabilities[\(k)_OUTPUTS];
            \(c)_status status = \(c)_probabilities_r(network, probabilities, \(k)_OUTPUTS);
            if (status != \(k)_OK) return NONE + status;
            int32_t best = 0;
            for (int32_t index = 0; index < \(k)_OUTPUTS; index++) {
                averages[index] += ((int32_t)probabilities[index] - averages[index]) / (1 << SHIFT);
                if (averages[index] > averages[best]) best = index;
            }
            if (named != NONE && averages[named] < STAYS) named = NONE;
            if (averages[best] >= APPEARS) named = best;
            return named;
        }

        \(preparation)

        int main(void) {
            for (int32_t image = 0; image < 8; image++) {
                int32_t status = classify();
                if (status < 0) return 1;
                if (\(c)_seen(&network) < NONE) return 2;
            }
            return 0;
        }

        """
    }

    private var sketch: String {
        """
        // Runs the network on a made-up image, and prints its class.
        #include <\(c).h>

        \(preparation)

        void setup() {
            Serial.begin(115200);
            while (!Serial) {}
            int32_t answer = classify();
            Serial.print("\(c) answers ");
            Serial.println((long)answer);
        \(export.source.detector == nil ? "    const char *name = \(c)_class_name(answer);\n    if (name) Serial.println(name);\n" : "")}

        void loop() {}

        """
    }

    // MARK: - Build systems

    private var make: String {
        let known = targets.map {
            "\(k)_FOLDER_\($0.name) := \($0.folder)\n\(k)_FLAGS_\($0.name) := \($0.flags.joined(separator: " "))"
        }
        return """
            # For make: set \(k)_TARGET (\(targets.map(\.name).joined(separator: ", "))), include this file, and use $(\(k)_CFLAGS) and $(\(k)_LIBS).
            # $(\(k)_CPU) has the flags of the core, where yours has none yet.
            \(k)_ROOT := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
            \(known.joined(separator: "\n"))
            ifeq ($(\(k)_FOLDER_$(\(k)_TARGET)),)
            $(error set \(k)_TARGET to one of \(targets.map(\.name).joined(separator: ", ")); export again with --target for others)
            endif
            \(k)_CPU := $(\(k)_FLAGS_$(\(k)_TARGET))
            \(k)_CFLAGS := -I$(\(k)_ROOT)/src
            \(k)_LIBS := $(\(k)_ROOT)/src/$(\(k)_FOLDER_$(\(k)_TARGET))/lib\(c).a

            """
    }

    private var cmake: String {
        """
        # For add_subdirectory: gives the target \(c)::\(c).
        cmake_minimum_required(VERSION 3.13)
        include(${CMAKE_CURRENT_LIST_DIR}/cmake/\(c)Config.cmake)

        """
    }

    private var cmakeConfiguration: String {
        """
        # For find_package(\(c)), and for add_subdirectory: the archive of a core as \(c)::\(c).
        # \(k)_TARGET names the core; without it the compiler's flags tell.
        if(TARGET \(c)::\(c))
            return()
        endif()
        get_filename_component(_\(c)_root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
        set(_\(c)_target "${\(k)_TARGET}")
        if(NOT _\(c)_target)
            get_directory_property(_\(c)_options COMPILE_OPTIONS)
            set(_\(c)_flags " ${CMAKE_C_FLAGS} ${_\(c)_options} ")
            string(REPLACE ";" " " _\(c)_flags "${_\(c)_flags}")
        \(targets.reversed().map(cmakeGuess).joined())endif()
        \(targets.map { "set(_\(c)_folder_\($0.name) \($0.folder))" }.joined(separator: "\n"))
        if(NOT _\(c)_target OR NOT DEFINED _\(c)_folder_${_\(c)_target})
            message(FATAL_ERROR "\(c) has no archive for this core: set \(k)_TARGET to one of \(targets.map(\.name).joined(separator: ", ")), or export again with --target")
        endif()
        add_library(\(c)::\(c) STATIC IMPORTED GLOBAL)
        set_target_properties(\(c)::\(c) PROPERTIES
            IMPORTED_LOCATION "${_\(c)_root}/src/${_\(c)_folder_${_\(c)_target}}/lib\(c).a"
            INTERFACE_INCLUDE_DIRECTORIES "${_\(c)_root}/src")

        """
    }

    /// The first target whose flags are all given. A soft archive does not link where numbers are passed in registers.
    private func cmakeGuess(_ target: LibraryTarget) -> String {
        func isGiven(_ flag: String) -> String { "_\(c)_flags MATCHES \" \(flag) \"" }
        let tests =
            target.flags.filter { !($0 == "-mfloat-abi=soft" || $0 == "-mabi=ilp32") }.map(isGiven)
            + (target.isSoftArm ? ["NOT " + isGiven("-mfloat-abi=hard")] : [])
        return """
                if(NOT _\(c)_target AND \(tests.joined(separator: " AND ")))
                    set(_\(c)_target \(target.name))
                endif()

            """
    }

    private var arduino: String {
        """
        name=\(c)
        version=\(version)
        author=sapool
        maintainer=sapool
        sentence=A vision network, compiled: \(PrintedText.line(export.program.model.network.name))
        paragraph=Written by sapool export --format library.
        category=Data Processing
        url=https://www.arduino.cc/reference/en/libraries/
        architectures=*
        includes=\(c).h
        precompiled=true
        ldflags=-l\(c)

        """
    }

    private var platformIO: String {
        """
        {
            "name": "\(c)",
            "version": "\(version)",
            "description": "A vision network, compiled; written by sapool export --format library",
            "headers": "\(c).h",
            "frameworks": "*",
            "platforms": "*",
            "build": {
                "includeDir": "src",
                "srcFilter": "-<*>",
                "extraScript": "platformio.py"
            }
        }

        """
    }

    private var platformIOScript: String {
        let table = targets.map {
            "    (\"\($0.folder)\", [\($0.flags.map { "\"\($0)\"" }.joined(separator: ", "))]),\n"
        }
        return """
            # For PlatformIO: links the archive of the core that the project is compiled for.
            import os

            Import("env")

            # The archive's folder, and the flags that its core is compiled with.
            archives = [
            \(table.joined())]

            project = env
            try:
                Import("projenv")
                project = projenv
            except Exception:
                pass
            flags = [str(flag) for flag in project.Flatten(project.get("CCFLAGS", []) + project.get("CFLAGS", []))]
            flags += [str(flag) for flag in project.Flatten(project.get("LINKFLAGS", []))]
            cpu = env.BoardConfig().get("build.cpu", "") if "BOARD" in env else ""
            if cpu and not any(flag.startswith("-mcpu") for flag in flags):
                flags.append("-mcpu=" + cpu)
            soft = ("-mfloat-abi=soft", "-mabi=ilp32")
            hard = "-mfloat-abi=hard"
            # A soft archive does not link where numbers are passed in registers.
            archives = [each for each in archives if hard in each[1] or hard not in flags]
            fitting = [folder for folder, wanted in archives if all(flag in flags for flag in wanted if flag not in soft)]
            # Those with more flags come behind.
            if not fitting:
                raise SystemExit("\(c) has no archive for this core: export again with --target")
            folder = os.path.join(os.getcwd(), "src", fitting[-1])
            env.Append(LIBPATH=[folder], LIBS=["\(c)"])

            """
    }
}
