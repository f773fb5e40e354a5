import Foundation
import Media

/// The frame in work, shown in the terminal above the line of progress.
final class Preview {
  private let graphics: TerminalGraphics
  /// What is on the screen, directly above the cursor's line; nil if other text stands between.
  private var shown: TerminalPicture?
  private var lastShown = Date.distantPast
  /// Seconds; more often, a terminal would do nothing else.
  private static let interval = 0.1

  /// - Returns: nil where standard error is no terminal that shows pictures.
  init?() {
    guard isatty(STDERR_FILENO) == 1,
      let graphics = TerminalGraphics(environment: ProcessInfo.processInfo.environment)
    else { return nil }
    self.graphics = graphics
  }

  /// Whether enough time has passed for another picture of a frame in work.
  var isDue: Bool { Date().timeIntervalSince(lastShown) >= Self.interval }

  /// Shows a picture in the place of the last one.
  func show(_ picture: Picture) {
    guard let size = TerminalSize(descriptor: STDERR_FILENO),
      let next = try? TerminalPicture(picture, as: graphics, in: size)
    else { return }
    FileHandle.standardError.write(Data(next.replacing(shown).utf8))
    (shown, lastShown) = (next, Date())
  }

  /// Leaves the picture where it is, as other text follows.
  func end() { shown = nil }
}
