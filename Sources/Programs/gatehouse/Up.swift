import ArgumentParser
import Foundation
import Operations

/// `gatehouse up`.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start everything and keep it running until Ctrl-C.",
        discussion: """
            The first start makes the state folder: a local certificate authority and a certificate for localhost, \
            keys, secrets, and the administrator "admin" with the password in $ADMIN_PASSWORD or one that is made and \
            shown once. Once all programs are healthy, run/ready.json in the state folder says where they are.

            Examples:
              gatehouse up
              gatehouse up --https 9443 --state /tmp/gatehouse
              gatehouse up --pool-api 9229    then: AWS_SHARED_CREDENTIALS_FILE=.gatehouse/secrets/aws-credentials \
                                              aws cognito-idp list-user-pools --max-results 9 --endpoint-url http://127.0.0.1:9229
            """)

    @OptionGroup var state: StateOptions

    @Option(help: ArgumentHelp("The app's HTTPS port; 0 = any free port.", valueName: "port"))
    var https = 8443

    @Option(help: ArgumentHelp("The user pool's HTTPS port; 0 = any free port.", valueName: "port"))
    var pool = 8444

    @Option(
        help: ArgumentHelp(
            "A port on 127.0.0.1 for the user pool's API, which \"aws cognito-idp\" speaks; 0 = any free port (default: none).",
            valueName: "port"))
    var poolApi: Int?

    @Option(help: ArgumentHelp("The HTTP port that redirects to HTTPS; 0 = any free port.", valueName: "port"))
    var http = 8080

    @Option(
        help: ArgumentHelp(
            "The folder of gateway.yaml, userpool.yaml and chat.yaml (default: config here, else in the checkout).",
            valueName: "dir"))
    var configDir: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var options = HostRun.Options(state: state.resolve(environment), environment: environment)
        options.appPort = https
        options.poolPort = pool
        options.redirectPort = http
        options.poolAPIPort = poolApi
        options.configurationFolder = configDir
        try await HostRun(options: options).run()
    }
}
