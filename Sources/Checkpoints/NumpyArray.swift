import Glibc

/// An array of float32 numbers in a `.npy` file, the format of numpy.save: in row-major order, little-endian.
///
///     let noise = try NumpyArray(npyFile: "noise.npy")
///     try NumpyArray(shape: [4, 64, 64], values: latents).write(to: "latents.npy")
public struct NumpyArray: Sendable, Equatable {
  /// Sizes from the slowest to the fastest dimension.
  public let shape: [Int]
  public let values: [Float]

  public init(shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape).")
    self.shape = shape
    self.values = values
  }

  public init(npyFile path: String) throws {
    self = try MappedFile(path: path).withBytes { try NumpyArray($0, path: path) }
  }

  private init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    let header = try NumpyHeader(bytes, path: path)
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
    let data = UnsafeRawBufferPointer(rebasing: bytes[header.dataStart...])
    guard data.count == byteCount else {
      throw CheckpointError.brokenArray(
        path: path,
        reason: "the shape \(header.shape) takes \(byteCount) bytes, and \(data.count) are there")
    }
    shape = header.shape
    values = [Float](unsafeUninitializedCapacity: byteCount / 4) { buffer, initialised in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: data)
      initialised = byteCount / 4
    }
  }

  /// Writes the file under a temporary name and renames it, so that no half-written file is ever seen under its name. Devices,
  /// pipes and symbolic links are written to directly: root could rename over /dev/null.
  public func write(to path: String) throws {
    var status = stat()
    let isSpecial = lstat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    let temporary = isSpecial ? path : "\(path).partial-\(getpid())"
    func discard() { if !isSpecial { unlink(temporary) } }
    func failure() -> CheckpointError { .unwritable(path: path, reason: lastSystemError()) }

    guard let file = fopen(temporary, "wbe") else { throw failure() }
    let header = NumpyHeader.bytes(shape: shape)
    var isWritten = fwrite(header, 1, header.count, file) == header.count
    isWritten = isWritten && fwrite(values, MemoryLayout<Float>.stride, values.count, file) == values.count
    let reason = lastSystemError()
    guard fclose(file) == 0, isWritten else {
      let error = CheckpointError.unwritable(path: path, reason: isWritten ? lastSystemError() : reason)
      discard()
      throw error
    }
    guard isSpecial || rename(temporary, path) == 0 else {
      let error = failure()
      discard()
      throw error
    }
  }
}
