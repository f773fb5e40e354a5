import ArgumentParser
import Foundation
import Synchronization

/// Ctrl-C, seen between two steps: what is finished stays, nothing is left half-written, and the message says how to go on.
/// A second Ctrl-C stops the program at once.
struct Interruption {
  private static let wasAsked = Atomic(false)

  init() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Interruption.wasAsked.exchange(true, ordering: .relaxed) { _exit(130) }
        let message: StaticString = "\nStopping after this step; press Ctrl-C again to stop at once.\n"
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      }
    }
  }

  /// - Throws: exit code 130 if the user wants to stop.
  func check(_ howToGoOn: @autoclosure () -> String) throws {
    guard Self.wasAsked.load(ordering: .relaxed) else { return }
    FileHandle.standardError.write(Data("\nInterrupted. \(howToGoOn())\n".utf8))
    throw ExitCode(130)
  }
}
