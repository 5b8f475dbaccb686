// Stands in for Apple's module on Linux, where the generated client imports it too. On Linux,
// `URLRequest` and `URLSession` are in a module of their own.
@_exported import FoundationNetworking

import Foundation
public let kUTTagClassFilenameExtension = "public.filename-extension"
public let kUTTagClassMIMEType = "public.mime-type"

public struct Type {
  public func takeRetainedValue() -> String { "public.data" }
}

public func UTTypeCreatePreferredIdentifierForTag(_: String, _: NSString, _: NSString?) -> Type? { nil }

public func UTTypeCopyPreferredTagWithClass(_: String, _: String) -> Type? { nil }
