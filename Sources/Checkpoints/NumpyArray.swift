import Files
import Glibc

/// An array of float32 numbers in a `.npy` file, the format of numpy.save: in row-major order, little-endian.
///
///     let noise = try NumpyArray(npyFile: "noise.npy")
///     try NumpyArray(shape: noise.shape, values: noise.values).write(to: "copy.npy")
public struct NumpyArray: Sendable, Equatable {
  /// Sizes from the slowest to the fastest dimension.
  public let shape: [Int]
  public let values: [Float]

  /// In bytes: far more than the noise of any picture takes.
  private static let largestSize = 1 << 30

  public init(shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape).")
    self.shape = shape
    self.values = values
  }

  public init(npyFile path: String) throws {
    let file = try CheckpointFile(path: path)
    let header = try NumpyHeader(file.bytes(0..<NumpyHeader.largestSize), path: path)
    guard header.elementName == "<f4" else {
      throw CheckpointError.unsupportedArray(
        path: path, found: "numbers of the type \(header.elementName)",
        remedy: "numpy.save(path, array.astype(\"float32\"))")
    }
    guard !header.isFortranOrder else {
      throw CheckpointError.unsupportedArray(
        path: path, found: "an array in Fortran order",
        remedy: "numpy.save(path, numpy.ascontiguousarray(array))")
    }
    guard let byteCount = byteCountOf(header.shape, bits: 32) else {
      throw CheckpointError.brokenArray(path: path, reason: "it has the impossible shape \(header.shape)")
    }
    guard byteCount <= Self.largestSize else {
      throw CheckpointError.brokenArray(
        path: path,
        reason: "its numbers take \(byteCount) bytes, and at most \(Self.largestSize) are expected")
    }
    let available = file.size - header.dataStart
    guard available == byteCount else {
      throw CheckpointError.brokenArray(
        path: path,
        reason: "the shape \(header.shape) takes \(byteCount) bytes, and \(available) are there")
    }
    shape = header.shape
    let count = byteCount / MemoryLayout<Float>.stride
    values = try [Float](unsafeUninitializedCapacity: count) { buffer, initialised in
      let memory = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      try file.read(into: memory, from: header.dataStart)
      initialised = count
    }
  }

  /// The file appears under its name when it is complete.
  public func write(to path: String) throws {
    let file = try AtomicFile(path: path) { errorNumber in
      CheckpointError.unwritable(path: path, reason: String(cString: strerror(errorNumber)))
    }
    _ = NumpyHeader.bytes(shape: shape).withUnsafeBytes { file.append($0) }
    _ = values.withUnsafeBytes { file.append($0) }
    try file.commit()
  }
}
