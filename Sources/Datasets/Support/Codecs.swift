import CCodecs

/// Calls a function of `CCodecs` that returns 0, or a status and writes a message.
///
/// - Throws: `DatasetsError` with that message, and advice where the data are not to blame.
func callingCodec(_ body: (UnsafeMutablePointer<CChar>) -> Int32) throws {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CODECS_MESSAGE_SIZE)) { message in
        guard let text = message.baseAddress else { return }
        text.initialize(repeating: 0, count: message.count)
        let status = body(text)
        guard status != 0 else { return }
        let advice: String? =
            switch status {
            case CODECS_UNSUPPORTED: ImageFormat.conversionAdvice
            case CODECS_TOO_LARGE: "make it smaller, or remove it"
            default: nil
            }
        throw DatasetsError(String(cString: text), advice: advice)
    }
}
