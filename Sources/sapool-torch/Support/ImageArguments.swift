import ArgumentParser
import CommandLineSupport
import Datasets
import Reporting

/// What verbs say of images on the command line.
enum ImageArguments {
    static let help = ArgumentHelp(
        "Images: JPEG, PNG, BMP, WebP, GIF or TIFF files, folders of them, or - for one on standard input.",
        valueName: "images")

    /// What is named, after a line about files in its folders that are left out.
    static func images(_ named: [String]) -> any Dataset {
        let files = NamedImages(named)
        for remark in files.remarks { note(remark.printableName) }
        return files
    }
}
