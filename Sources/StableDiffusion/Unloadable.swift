import Synchronization

/// A network that can be unloaded to free memory and is loaded again on next use.
final class Unloadable<Network: Sendable>: Sendable {
  private let load: @Sendable () throws -> Network
  private let network: Mutex<Network?>

  /// Loads the network, so that errors in its files are thrown here.
  init(_ load: @escaping @Sendable () throws -> Network) throws {
    self.load = load
    network = Mutex(try load())
  }

  /// - Throws: if the network was unloaded and its files have changed since.
  func loaded() throws -> Network {
    try network.withLock { network in
      if let network { return network }
      let loaded = try load()
      network = loaded
      return loaded
    }
  }

  func unload() { network.withLock { $0 = nil } }
}
