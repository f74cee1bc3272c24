/// What Zephyr wants to know, and people.
extension LibraryFiles {
    var zephyrModule: String {
        """
        # For Zephyr: -DEXTRA_ZEPHYR_MODULES=<this folder>, and CONFIG_\(k)=y in prj.conf.
        name: \(c)
        build:
          cmake: zephyr
          kconfig: zephyr/Kconfig

        """
    }

    var kconfig: String {
        """
        config \(k)
        	bool "The network \(c)"
        	help
        	  Links a vision network that sapool export has compiled, and gives \(c).h.

        """
    }

    var zephyr: String {
        let choices = targets.map { target in
            "if(\(condition(target)))\n    set(_\(c)_folder \(target.folder))\nendif()"
        }
        return """
            if(CONFIG_\(k))
            set(_\(c)_folder "")
            \(choices.joined(separator: "\n"))
            if(_\(c)_folder STREQUAL "")
                message(FATAL_ERROR "\(c) has no archive for this core: export again with --target; where CONFIG_TRAP_UNALIGNED_ACCESS is set, with a -strict one")
            endif()
            zephyr_include_directories(${CMAKE_CURRENT_LIST_DIR}/../src)
            zephyr_link_libraries(${CMAKE_CURRENT_LIST_DIR}/../src/${_\(c)_folder}/lib\(c).a)
            endif()

            """
    }

    /// What Zephyr's configuration says of a target's core.
    private func condition(_ target: LibraryTarget) -> String {
        guard target.isArm else {
            switch target.name {
            case "rv32imc": return "CONFIG_RISCV AND NOT CONFIG_64BIT AND NOT CONFIG_RISCV_ISA_EXT_A"
            case "hazard3":
                return
                    "CONFIG_RISCV AND NOT CONFIG_64BIT AND CONFIG_RISCV_ISA_EXT_A AND CONFIG_RISCV_ISA_EXT_ZBA AND CONFIG_RISCV_ISA_EXT_ZBB AND CONFIG_RISCV_ISA_EXT_ZBS"
            default: return "CONFIG_RISCV AND NOT CONFIG_64BIT AND CONFIG_RISCV_ISA_EXT_A"
            }
        }
        let core = "CONFIG_CPU_" + target.processor.uppercased().replacing("-", with: "_")
        let trap =
            target.isStrict
            ? " AND CONFIG_TRAP_UNALIGNED_ACCESS"
            : target.readsUnaligned ? " AND NOT CONFIG_TRAP_UNALIGNED_ACCESS" : ""
        guard let unit = target.unit else { return "\(core) AND NOT CONFIG_FP_HARDABI\(trap)" }
        let precision =
            switch unit {
            case "fpv5-d16": " AND CONFIG_CPU_HAS_FPU_DOUBLE_PRECISION"
            case "fpv5-sp-d16" where target.processor == "cortex-m7": " AND NOT CONFIG_CPU_HAS_FPU_DOUBLE_PRECISION"
            default: ""
            }
        return "\(core) AND CONFIG_FP_HARDABI\(precision)\(trap)"
    }

    private var cameraRow: String {
        export.options.camera.map { "\n| a camera's image | \($0.size), \($0.lines) lines held |" } ?? ""
    }

    var readme: String {
        let rows = targets.map {
            "| `\($0.name)` | \($0.title) | `\($0.flags.joined(separator: " "))` | `src/\($0.folder)` |"
        }
        let source = export.source
        let example =
            targets.first { $0.isArm }.map { target in
                "    arm-none-eabi-gcc \(target.flags.joined(separator: " ")) -Isrc examples/c/main.c src/\(target.folder)/lib\(c).a --specs=nosys.specs"
            } ?? "    riscv64-unknown-elf-gcc …"
        return """
            # \(c): a network as a library for C

            `\(PrintedText.line(export.program.model.network.name))`

            | | |
            | --- | ---: |
            | image | \(source.input.width) × \(source.input.height) pixels, \(source.input.channels) bytes each |\(export.program.model.pixels.row(k))
            | memory of a context | \(source.memoryBytes) B |
            | context | \(4 * source.stateWords) B |
            | stack | \(export.options.stack) B |
            | weights | \(export.weights.count) B |
            | steps of an image | \(source.stepCount) at most |\(cameraRow)

            Written by `sapool export --format library`. `src/\(c).h` says what there is to call; nothing but these archives is linked, and nothing is
            allocated. They take `memcpy`, `memmove` and `memset` of the C library, and on Cortex-M0+ and RISC-V arithmetic of libgcc.

            | target | core | compiler | archive |
            | --- | --- | --- | --- |
            \(rows.joined(separator: "\n"))

            **gcc**

            \(example)

            **make**: `\(k)_TARGET := \(targets.first?.name ?? "m4")`, `include \(c).mk`, then `$(\(k)_CFLAGS)` and `$(\(k)_LIBS)`.

            **CMake**: `add_subdirectory(…)` or `find_package(\(c) CONFIG PATHS …)`, then `target_link_libraries(app PRIVATE \(c)::\(c))`.
            The core comes from `-mcpu`, `-mfloat-abi` and `-mfpu` in the compiler's flags, or from `\(k)_TARGET`.

            **Arduino**: put this folder into the sketchbook's `libraries`. Boards on mbed, as the Nano 33 BLE, pass floating-point numbers softly
            (`softfp`) and link `m4`, others with a Cortex-M4F `m4-hard`: `--target m4,m4-hard` serves both. **PlatformIO**: put it into the
            project's `lib`.

            **Zephyr**: `-DEXTRA_ZEPHYR_MODULES=…` and `CONFIG_\(k)=y`.

            **IAR, Keil**: add `src` to the include paths and the archive of the core to the linker's inputs.

            `extras/weights.bin` are the weights alone, for external flash or an update over the air: `\(c)_open` takes a pointer to them.

            """
    }
}
