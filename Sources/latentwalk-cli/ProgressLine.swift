import Foundation
import Media

/// One line on standard error that is written over again and again; without a terminal, a plain line now and then.
final class ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastShown = Date.distantPast
  private var isOpen = false

  /// - Parameter share: done, 0 ... 1.
  func show(_ what: String, _ share: Double, _ sentence: String) {
    let interval = isTerminal ? 0.1 : 15
    guard Date().timeIntervalSince(lastShown) >= interval || (isTerminal && share >= 1) else { return }
    lastShown = Date()
    guard isTerminal else {
      write("\(what): \(Int(share * 100)) %, \(sentence)\n")
      return
    }
    // A line that is longer than the terminal is wide would begin a new one each time.
    let columns = max(1, (TerminalSize(descriptor: STDERR_FILENO)?.columns ?? 80) - 1)
    let width = min(24, max(0, columns - what.count - sentence.count - 2))
    let full = Int((share * Double(width)).rounded(.down))
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    write("\r\("\(what) \(bar) \(sentence)".prefix(columns))\u{1B}[K")
    isOpen = true
  }

  /// Leaves the line, so that other text begins on one of its own.
  func end() {
    if isOpen { write("\n") }
    isOpen = false
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
