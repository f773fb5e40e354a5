import ArgumentParser
import Foundation
import StableDiffusion
import Synchronization

/// Ctrl-C cancels the rendering within a step: what is finished stays, nothing is left half-written, and the message
/// says how to resume. A second Ctrl-C stops the program at once.
struct Interruption {
  private static let wasAsked = Atomic(false)
  /// Cancels the arithmetic.
  static let cancellation = Cancellation()

  init() {
    _ = Self.cancellation.isCancelled
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Interruption.wasAsked.exchange(true, ordering: .relaxed) { _exit(130) }
        Interruption.cancellation.cancel()
        let message: StaticString = "\nStopping; press Ctrl-C again to stop at once.\n"
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      }
    }
  }

  /// - Throws: exit code 130 if the user wants to stop.
  func check(_ howToResume: @autoclosure () -> String) throws {
    guard Self.wasAsked.load(ordering: .relaxed) else { return }
    FileHandle.standardError.write(Data("\nInterrupted. \(howToResume())\n".utf8))
    throw ExitCode(130)
  }
}
