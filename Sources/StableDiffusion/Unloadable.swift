import Synchronization

/// A network that can be unloaded to free memory and is loaded again on next use.
final class Unloadable<Network: Sendable>: Sendable {
  private let load: @Sendable () throws -> Network
  private let state = Mutex<(network: Network?, wasLoaded: Bool)>((nil, false))

  init(_ load: @escaping @Sendable () throws -> Network) { self.load = load }

  /// - Throws: if the network's files do not fit, or have changed since they were opened.
  func loaded() throws -> Network {
    try state.withLock { state in
      if let network = state.network { return network }
      let loaded = try load()
      state = (loaded, true)
      return loaded
    }
  }

  /// Loads the network unless that was done before, also if it has been unloaded since.
  func loadOnce() throws {
    if !state.withLock({ $0.wasLoaded }) { _ = try loaded() }
  }

  func unload() { state.withLock { $0.network = nil } }
}
