/// A network that can be let go to make room: it is read from its files again when it is next asked for.
final class Unloadable<Network> {
  private let read: () throws -> Network
  private var network: Network?

  /// Reads the network: what is wrong with its files is reported here.
  init(_ read: @escaping () throws -> Network) throws {
    self.read = read
    network = try read()
  }

  var value: Network {
    if let network { return network }
    guard let network = try? read() else {
      preconditionFailure("The same files could be read before.")
    }
    self.network = network
    return network
  }

  func unload() { network = nil }
}
