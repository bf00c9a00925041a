import ConfigurationReading
import Proxy

/// Reads what a listener's `Attributes` say of responses (the load balancer's header modification).
enum ResponseFieldReader {
    /// The headers that can be stated, as their keys call them: `routing.http.response.NAME.header_value`.
    static let names = [
        "strict_transport_security", "access_control_allow_origin", "access_control_allow_methods",
        "access_control_allow_headers", "access_control_allow_credentials", "access_control_expose_headers",
        "access_control_max_age", "content_security_policy", "x_content_type_options", "x_frame_options",
    ]
    /// Whether responses say `Server`.
    static let serverKey = "routing.http.response.server.enabled"
    /// Characters of a value at most.
    static let valueLimit = 1024

    /// The key that states a header.
    static func key(_ name: String) -> String { "routing.http.response.\(name).header_value" }

    /// A header's name as it is sent: `x_frame_options` is `X-Frame-Options`.
    static func headerName(_ name: String) -> String {
        name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
    }

    static func read(_ listener: ConfigurationNode) -> ResponseFields {
        guard let node = listener.child("Attributes") else { return ResponseFields() }
        let stated = names.compactMap { name -> ResponseFields.Field? in
            guard let value = node.optionalString(key(name)), !value.isEmpty else { return nil }
            if value.utf8.count > valueLimit || value.utf8.contains(where: { !(0x20...0x7E).contains($0) }) {
                node.report(
                    key(name), found: value.utf8.count > valueLimit ? "\(value.utf8.count) characters" : value,
                    wanted: "up to \(valueLimit) visible ASCII characters and spaces")
            }
            return ResponseFields.Field(name: headerName(name), value: value)
        }
        return ResponseFields(stated: stated, statesServer: node.bool(serverKey, default: true))
    }
}
