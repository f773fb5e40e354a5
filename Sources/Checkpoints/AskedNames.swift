import Synchronization

/// A record of the names that somebody has asked for, shared by all copies of a view.
final class AskedNames: Sendable {
  private let names = Mutex<Set<String>>([])

  func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
  var all: Set<String> { names.withLock { $0 } }
}
