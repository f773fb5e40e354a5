import CGIF
import Media

/// An animation as a viewer sees it, read by giflib and put together here, independently of the encoder.
struct DecodedGIF {
  private(set) var pictures: [Picture] = []
  /// In hundredths of a second.
  private(set) var delays: [Int] = []
  private(set) var rectangles: [GifImageDesc] = []
  /// The number in the loop block; nil if there is none.
  private(set) var loopCount: Int?

  init(_ path: String) throws {
    guard let gif = DGifOpenFileName(path, nil) else { throw UnreadableGIF() }
    defer { DGifCloseFile(gif, nil) }
    guard DGifSlurp(gif) == GIF_OK else { throw UnreadableGIF() }
    let (width, height) = (Int(gif.pointee.SWidth), Int(gif.pointee.SHeight))
    var canvas = [UInt8](repeating: 0, count: width * height * 3)

    for number in 0..<Int(gif.pointee.ImageCount) {
      let image = gif.pointee.SavedImages[number]
      readLoopCount(image)
      var control = GraphicsControlBlock()
      guard DGifSavedExtensionToGCB(gif, Int32(number), &control) == GIF_OK,
        control.DisposalMode == DISPOSE_DO_NOT,
        let table = image.ImageDesc.ColorMap ?? gif.pointee.SColorMap
      else { throw UnreadableGIF() }
      let rectangle = image.ImageDesc
      for y in 0..<Int(rectangle.Height) {
        for x in 0..<Int(rectangle.Width) {
          let index = Int32(image.RasterBits[y * Int(rectangle.Width) + x])
          if index == control.TransparentColor { continue }
          let colour = table.pointee.Colors[Int(index)]
          let start = 3 * ((y + Int(rectangle.Top)) * width + x + Int(rectangle.Left))
          canvas.replaceSubrange(start..<start + 3, with: [colour.Red, colour.Green, colour.Blue])
        }
      }
      pictures.append(Picture(width: width, height: height, pixels: canvas))
      delays.append(Int(control.DelayTime))
      rectangles.append(rectangle)
    }
  }

  private mutating func readLoopCount(_ image: SavedImage) {
    for number in 0..<Int(image.ExtensionBlockCount) - 1 {
      let name = image.ExtensionBlocks[number]
      let data = image.ExtensionBlocks[number + 1]
      if name.Function == APPLICATION_EXT_FUNC_CODE, data.Function == CONTINUE_EXT_FUNC_CODE,
        data.ByteCount == 3
      {
        loopCount = Int(data.Bytes[1]) | Int(data.Bytes[2]) << 8
      }
    }
  }
}

struct UnreadableGIF: Error {}
