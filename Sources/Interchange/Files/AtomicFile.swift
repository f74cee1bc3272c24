import Files

/// Whoever writes what this module formats writes it as this module does.
package typealias AtomicFile = Files.AtomicFile
