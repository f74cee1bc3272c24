// The sources that every device package holds, inside the program, so that an installed sapool can write packages anywhere.
// One entry a file: a new kernel's file is added here (a test compares this list with the folders).
#include "firmware_files.h"
#pragma clang diagnostic ignored "-Wc23-extensions"

#define CONTENT(name) static const unsigned char name[]

CONTENT(cdsp_cdsp_c) = {
#embed "../../Sources/CDSP/cdsp.c"
};
CONTENT(cdsp_dual_depthwise_c) = {
#embed "../../Sources/CDSP/dual_depthwise.c"
};
CONTENT(cdsp_dual_depthwise_block_h) = {
#embed "../../Sources/CDSP/dual_depthwise_block.h"
};
CONTENT(cdsp_dual_product_c) = {
#embed "../../Sources/CDSP/dual_product.c"
};
CONTENT(cdsp_power_of_two_c) = {
#embed "../../Sources/CDSP/power_of_two.c"
};
CONTENT(cdsp_vector_product_c) = {
#embed "../../Sources/CDSP/vector_product.c"
};
CONTENT(cdsp_include_cdsp_h) = {
#embed "../../Sources/CDSP/include/cdsp.h"
};
CONTENT(cdsp_include_cdsp_depthwise_h) = {
#embed "../../Sources/CDSP/include/cdsp_depthwise.h"
};
CONTENT(cdsp_include_cdsp_power_of_two_h) = {
#embed "../../Sources/CDSP/include/cdsp_power_of_two.h"
};
CONTENT(cdsp_include_cdsp_product_h) = {
#embed "../../Sources/CDSP/include/cdsp_product.h"
};
CONTENT(cdsp_include_module_modulemap) = {
#embed "../../Sources/CDSP/include/module.modulemap"
};
CONTENT(deviceruntime_attention_swift) = {
#embed "../../Sources/DeviceRuntime/Attention.swift"
};
CONTENT(deviceruntime_columnproduct_swift) = {
#embed "../../Sources/DeviceRuntime/ColumnProduct.swift"
};
CONTENT(deviceruntime_columns_swift) = {
#embed "../../Sources/DeviceRuntime/Columns.swift"
};
CONTENT(deviceruntime_convolution_swift) = {
#embed "../../Sources/DeviceRuntime/Convolution.swift"
};
CONTENT(deviceruntime_depthwise_swift) = {
#embed "../../Sources/DeviceRuntime/Depthwise.swift"
};
CONTENT(deviceruntime_depthwisedual_swift) = {
#embed "../../Sources/DeviceRuntime/DepthwiseDual.swift"
};
CONTENT(deviceruntime_deviation_swift) = {
#embed "../../Sources/DeviceRuntime/Deviation.swift"
};
CONTENT(deviceruntime_candidates_swift) = {
#embed "../../Sources/DeviceRuntime/Candidates.swift"
};
CONTENT(deviceruntime_detection_swift) = {
#embed "../../Sources/DeviceRuntime/Detection.swift"
};
CONTENT(deviceruntime_detectorgrid_swift) = {
#embed "../../Sources/DeviceRuntime/DetectorGrid.swift"
};
CONTENT(deviceruntime_elementwise_swift) = {
#embed "../../Sources/DeviceRuntime/Elementwise.swift"
};
CONTENT(deviceruntime_linear_swift) = {
#embed "../../Sources/DeviceRuntime/Linear.swift"
};
CONTENT(deviceruntime_mirroredfilter_swift) = {
#embed "../../Sources/DeviceRuntime/MirroredFilter.swift"
};
CONTENT(deviceruntime_pooling_swift) = {
#embed "../../Sources/DeviceRuntime/Pooling.swift"
};
CONTENT(deviceruntime_rectifier_swift) = {
#embed "../../Sources/DeviceRuntime/Rectifier.swift"
};
CONTENT(deviceruntime_requantisation_swift) = {
#embed "../../Sources/DeviceRuntime/Requantisation.swift"
};
CONTENT(deviceruntime_resampling_swift) = {
#embed "../../Sources/DeviceRuntime/Resampling.swift"
};
CONTENT(deviceruntime_resizing_swift) = {
#embed "../../Sources/DeviceRuntime/Resizing.swift"
};
CONTENT(deviceruntime_shapes_swift) = {
#embed "../../Sources/DeviceRuntime/Shapes.swift"
};
CONTENT(deviceruntime_shaping_swift) = {
#embed "../../Sources/DeviceRuntime/Shaping.swift"
};
CONTENT(deviceruntime_softmax_swift) = {
#embed "../../Sources/DeviceRuntime/Softmax.swift"
};
CONTENT(deviceruntime_weightedpooling_swift) = {
#embed "../../Sources/DeviceRuntime/WeightedPooling.swift"
};
CONTENT(board_board_c) = {
#embed "../../Firmware/Sources/Board/board.c"
};
CONTENT(board_memory_c) = {
#embed "../../Firmware/Sources/Board/memory.c"
};
CONTENT(board_startup_c) = {
#embed "../../Firmware/Sources/Board/startup.c"
};
CONTENT(board_include_board_h) = {
#embed "../../Firmware/Sources/Board/include/board.h"
};
CONTENT(simulate_main_c) = {
#embed "../../Firmware/Sources/Simulate/main.c"
};
CONTENT(templates_answers_c) = {
#embed "../../Firmware/Templates/answers.c"
};
CONTENT(templates_camera_c) = {
#embed "../../Firmware/Templates/camera.c"
};
CONTENT(boards_layout_ld) = {
#embed "../../Firmware/Boards/layout.ld"
};
CONTENT(boards_m33_json) = {
#embed "../../Firmware/Boards/m33.json"
};
CONTENT(boards_m4_json) = {
#embed "../../Firmware/Boards/m4.json"
};
CONTENT(boards_m55_json) = {
#embed "../../Firmware/Boards/m55.json"
};
CONTENT(boards_m7_json) = {
#embed "../../Firmware/Boards/m7.json"
};
CONTENT(tools_counter_c) = {
#embed "../../Firmware/Tools/counter.c"
};
CONTENT(tools_instruction_h) = {
#embed "../../Firmware/Tools/instruction.h"
};
CONTENT(tools_riscv_c) = {
#embed "../../Firmware/Tools/riscv.c"
};
CONTENT(tools_riscv_h) = {
#embed "../../Firmware/Tools/riscv.h"
};
CONTENT(tools_riscv_compressed_c) = {
#embed "../../Firmware/Tools/riscv_compressed.c"
};
CONTENT(tools_thumb_c) = {
#embed "../../Firmware/Tools/thumb.c"
};
CONTENT(tools_thumb_h) = {
#embed "../../Firmware/Tools/thumb.h"
};
CONTENT(tools_thumb_vector_c) = {
#embed "../../Firmware/Tools/thumb_vector.c"
};
CONTENT(tools_timing_c) = {
#embed "../../Firmware/Tools/timing.c"
};
CONTENT(tools_timing_h) = {
#embed "../../Firmware/Tools/timing.h"
};
CONTENT(tools_timing_esp32c3_h) = {
#embed "../../Firmware/Tools/timing_esp32c3.h"
};
CONTENT(tools_timing_hazard3_h) = {
#embed "../../Firmware/Tools/timing_hazard3.h"
};
CONTENT(tools_timing_m0plus_h) = {
#embed "../../Firmware/Tools/timing_m0plus.h"
};
CONTENT(tools_timing_m3_h) = {
#embed "../../Firmware/Tools/timing_m3.h"
};
CONTENT(tools_timing_m33_h) = {
#embed "../../Firmware/Tools/timing_m33.h"
};
CONTENT(tools_timing_m4_h) = {
#embed "../../Firmware/Tools/timing_m4.h"
};
CONTENT(tools_timing_m55_h) = {
#embed "../../Firmware/Tools/timing_m55.h"
};
CONTENT(tools_timing_m7_h) = {
#embed "../../Firmware/Tools/timing_m7.h"
};

#define ENTRY(path, name) {path, name, sizeof name}

static const FirmwareFile files[] = {
    ENTRY("Sources/CDSP/cdsp.c", cdsp_cdsp_c),
    ENTRY("Sources/CDSP/dual_depthwise.c", cdsp_dual_depthwise_c),
    ENTRY("Sources/CDSP/dual_depthwise_block.h", cdsp_dual_depthwise_block_h),
    ENTRY("Sources/CDSP/dual_product.c", cdsp_dual_product_c),
    ENTRY("Sources/CDSP/power_of_two.c", cdsp_power_of_two_c),
    ENTRY("Sources/CDSP/vector_product.c", cdsp_vector_product_c),
    ENTRY("Sources/CDSP/include/cdsp.h", cdsp_include_cdsp_h),
    ENTRY("Sources/CDSP/include/cdsp_depthwise.h", cdsp_include_cdsp_depthwise_h),
    ENTRY("Sources/CDSP/include/cdsp_power_of_two.h", cdsp_include_cdsp_power_of_two_h),
    ENTRY("Sources/CDSP/include/cdsp_product.h", cdsp_include_cdsp_product_h),
    ENTRY("Sources/CDSP/include/module.modulemap", cdsp_include_module_modulemap),
    ENTRY("Sources/DeviceRuntime/Attention.swift", deviceruntime_attention_swift),
    ENTRY("Sources/DeviceRuntime/ColumnProduct.swift", deviceruntime_columnproduct_swift),
    ENTRY("Sources/DeviceRuntime/Columns.swift", deviceruntime_columns_swift),
    ENTRY("Sources/DeviceRuntime/Convolution.swift", deviceruntime_convolution_swift),
    ENTRY("Sources/DeviceRuntime/Depthwise.swift", deviceruntime_depthwise_swift),
    ENTRY("Sources/DeviceRuntime/DepthwiseDual.swift", deviceruntime_depthwisedual_swift),
    ENTRY("Sources/DeviceRuntime/Deviation.swift", deviceruntime_deviation_swift),
    ENTRY("Sources/DeviceRuntime/Candidates.swift", deviceruntime_candidates_swift),
    ENTRY("Sources/DeviceRuntime/Detection.swift", deviceruntime_detection_swift),
    ENTRY("Sources/DeviceRuntime/DetectorGrid.swift", deviceruntime_detectorgrid_swift),
    ENTRY("Sources/DeviceRuntime/Elementwise.swift", deviceruntime_elementwise_swift),
    ENTRY("Sources/DeviceRuntime/Linear.swift", deviceruntime_linear_swift),
    ENTRY("Sources/DeviceRuntime/MirroredFilter.swift", deviceruntime_mirroredfilter_swift),
    ENTRY("Sources/DeviceRuntime/Pooling.swift", deviceruntime_pooling_swift),
    ENTRY("Sources/DeviceRuntime/Rectifier.swift", deviceruntime_rectifier_swift),
    ENTRY("Sources/DeviceRuntime/Requantisation.swift", deviceruntime_requantisation_swift),
    ENTRY("Sources/DeviceRuntime/Resampling.swift", deviceruntime_resampling_swift),
    ENTRY("Sources/DeviceRuntime/Resizing.swift", deviceruntime_resizing_swift),
    ENTRY("Sources/DeviceRuntime/Shapes.swift", deviceruntime_shapes_swift),
    ENTRY("Sources/DeviceRuntime/Shaping.swift", deviceruntime_shaping_swift),
    ENTRY("Sources/DeviceRuntime/Softmax.swift", deviceruntime_softmax_swift),
    ENTRY("Sources/DeviceRuntime/WeightedPooling.swift", deviceruntime_weightedpooling_swift),
    ENTRY("Sources/Board/board.c", board_board_c),
    ENTRY("Sources/Board/memory.c", board_memory_c),
    ENTRY("Sources/Board/startup.c", board_startup_c),
    ENTRY("Sources/Board/include/board.h", board_include_board_h),
    ENTRY("Sources/Simulate/main.c", simulate_main_c),
    ENTRY("Templates/answers.c", templates_answers_c),
    ENTRY("Templates/camera.c", templates_camera_c),
    ENTRY("Boards/layout.ld", boards_layout_ld),
    ENTRY("Boards/m33.json", boards_m33_json),
    ENTRY("Boards/m4.json", boards_m4_json),
    ENTRY("Boards/m55.json", boards_m55_json),
    ENTRY("Boards/m7.json", boards_m7_json),
    ENTRY("Tools/counter.c", tools_counter_c),
    ENTRY("Tools/instruction.h", tools_instruction_h),
    ENTRY("Tools/riscv.c", tools_riscv_c),
    ENTRY("Tools/riscv.h", tools_riscv_h),
    ENTRY("Tools/riscv_compressed.c", tools_riscv_compressed_c),
    ENTRY("Tools/thumb.c", tools_thumb_c),
    ENTRY("Tools/thumb.h", tools_thumb_h),
    ENTRY("Tools/thumb_vector.c", tools_thumb_vector_c),
    ENTRY("Tools/timing.c", tools_timing_c),
    ENTRY("Tools/timing.h", tools_timing_h),
    ENTRY("Tools/timing_esp32c3.h", tools_timing_esp32c3_h),
    ENTRY("Tools/timing_hazard3.h", tools_timing_hazard3_h),
    ENTRY("Tools/timing_m0plus.h", tools_timing_m0plus_h),
    ENTRY("Tools/timing_m3.h", tools_timing_m3_h),
    ENTRY("Tools/timing_m33.h", tools_timing_m33_h),
    ENTRY("Tools/timing_m4.h", tools_timing_m4_h),
    ENTRY("Tools/timing_m55.h", tools_timing_m55_h),
    ENTRY("Tools/timing_m7.h", tools_timing_m7_h),
};

const FirmwareFile *firmware_files(void) { return files; }
size_t firmware_file_count(void) { return sizeof files / sizeof files[0]; }
