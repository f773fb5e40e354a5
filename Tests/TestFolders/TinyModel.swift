import Foundation

/// The tiny random pipelines of StableDiffusionTests. `two-stages` makes pictures of 12 x 12 pixels in a millisecond a
/// step.
package enum TinyModel {
  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  package static let fixtures = tests.appending(path: "StableDiffusionTests/Fixtures").path
  /// The folder of the model that comes with the program.
  package static let bundledPlace = tests.deletingLastPathComponent().appending(path: "Models").path
  /// The model that comes with the program, 128 x 128 pixels.
  package static let bundled = bundledPlace + "/tiny"

  package static func path(_ name: String) -> String { "\(fixtures)/\(name)" }
}
