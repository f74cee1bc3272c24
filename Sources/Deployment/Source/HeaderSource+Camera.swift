/// What of a header tells of a camera's bytes.
extension HeaderSource {
    /// Nothing where no camera was named.
    var cameraText: String {
        guard let camera else { return "" }
        let (columns, rows) = (camera.columns.used, camera.rows.used)
        let again = source.imagePasses > 1 ? " All rows of a frame come, and then all of them once more." : ""
        let words = camera.columns.weights.count + camera.rows.weights.count
        let flash = 4 * words + 4 * (camera.columns.weights.joined().count + camera.rows.weights.joined().count)
        return """
            // A camera's image of \(camera.size): its columns from LEFT and rows from TOP on, up to RIGHT and BOTTOM, become the network's image,
            // cropped and resized as training evaluated, to the same bytes. The tables for it take \(flash) bytes of flash.
            #define \(k)_CAMERA_WIDTH \(camera.size.width)
            #define \(k)_CAMERA_HEIGHT \(camera.size.height)
            #define \(k)_CAMERA_LEFT \(columns.lowerBound)
            #define \(k)_CAMERA_RIGHT \(columns.upperBound)
            #define \(k)_CAMERA_TOP \(rows.lowerBound)
            #define \(k)_CAMERA_BOTTOM \(rows.upperBound)
            // Lines that are held between the axes, and with them the row at work: what \(c)_camera_open is given, for \(k)_GREY (and on a network of
            // grey images YUV) and for all others. Any address will do.
            #define \(k)_CAMERA_LINES \(camera.lines)
            #define \(k)_CAMERA_GREY_BYTES (\(k)_CAMERA_LINES * \(k)_WIDTH + \(k)_CAMERA_RIGHT - \(k)_CAMERA_LEFT)
            #define \(k)_CAMERA_COLOUR_BYTES (3 * \(k)_CAMERA_GREY_BYTES)

            /// How a camera's bytes lie, rows from the top without gaps. The network was trained on bytes of 0 (dark) to 255, red first.
            enum {
                /// A byte a pixel.
                \(k)_GREY = 0,
                /// Red, green, blue; blue, green, red.
                \(k)_RGB888 = 1,
                \(k)_BGR888 = 2,
                /// Two bytes a pixel, red in the upper five bits: the lower byte first, or the upper one.
                \(k)_RGB565_LE = 3,
                \(k)_RGB565_BE = 4,
                /// Four bytes two pixels (YUV422): Y U Y V, or U Y V Y; of BT.601, 0 to 255 as in JPEG. A network of grey images takes Y.
                \(k)_YUYV = 5,
                \(k)_UYVY = 6,
                /// The same with 16 to 235 (U and V 16 to 240), as video has it.
                \(k)_YUYV_VIDEO = 7,
                \(k)_UYVY_VIDEO = 8
            };

            /// A camera at work for a context. Its parts are its own.
            typedef struct {
                \(c)_t *network;
                uint8_t *lines, *image;
                int32_t mark, format, rows, taken, weight, state, pass;
            } \(c)_camera_t;

            /// Makes a camera ready for a context that is open. `lines` is memory between rows. \(k)_WRONG_SIZE where there is no such format.
            \(c)_status \(c)_camera_open(\(c)_camera_t *camera, \(c)_t *network, int32_t format, void *lines, size_t bytes);

            /// Takes the camera's next row, all of its \(camera.size.width) pixels, and computes what it allows.\(again) \(k)_MORE_ROWS, and \(k)_OK as soon as
            /// the answer is there: then \(c)_\(source.detector == nil ? "class_r" : "detections_r") and the others give it. Rows that are left may come or
            /// not: with the next frame's first, \(c)_camera_restart.
            \(c)_status \(c)_camera_row(\(c)_camera_t *camera, const uint8_t *row, int32_t bytes);

            /// Takes a whole image, whose rows begin `stride` bytes apart.
            \(c)_status \(c)_camera_image(\(c)_camera_t *camera, const uint8_t *pixels, int32_t stride);

            /// The same as \(c)_camera_row in small parts: takes a row (it is not needed any more after that), then \(c)_camera_step as long as it answers
            /// \(k)_MORE_STEPS.
            \(c)_status \(c)_camera_start(\(c)_camera_t *camera, const uint8_t *row, int32_t bytes);
            \(c)_status \(c)_camera_step(\(c)_camera_t *camera);

            /// The next row is a frame's first. (After the last of \(k)_CAMERA_HEIGHT\(source.imagePasses > 1 ? ", when they have come twice," : "") it is without this.)
            \(c)_status \(c)_camera_restart(\(c)_camera_t *camera);


            """
    }
}
