/// Keys and tokens made with Python's `joserfc`, an independent implementation. Claims:
/// `{"iss":"https://issuer.example","aud":"client-1","sub":"u-1","iat":1000,"exp":4600,"nonce":"n"}`.
enum TokenVectors {
    /// An RSA key `rsa-1` and a P-256 key `ec-1`.
    static let keySet =
        #"{"keys": [{"n": "slYe2d8AjIYBQcMNsSeMjEZey2-C9lfqJb71Obf50lMXyvy2EQeshP6V_IIY6yKt9kZH21j0V0-DtJipY4M"#
        + #"GScUBdZ49Kj5IgomRE-Dzg0jH2hOE_W2LGKH03u4slEZLxy4q4lSiyn9R6An6b9eWoGpt4-9SQarCCLge6ojJwuXwZKO-jOX_Fz1"#
        + #"Fv5hnIECi8lf8FmM-mPGRKGMpCSkgA7kuCymHe4ZVEPZbVhvrE1z9yT2P1puE0-Rtdpv2uwtjauOCeEbNk0332bElfK0c4j7ugJt"#
        + #"bLHILXOCjC9wYKAsbhpQex82ygWCyT1Ao1WPOUQ0nOSuMUa296Kf6DS6eYw", "e": "AQAB", "kid": "rsa-1", "use": "s"#
        + #"ig", "kty": "RSA"}, {"crv": "P-256", "x": "I3_oRAdt7TBoPAdMGNekD-BXdY6xGkZSZ4xigCA6j78", "y": "O2Vxx"#
        + #"tJmnOHnC57PfmVcqcl3uXHvRMaZZZyixPLrTgg", "kid": "ec-1", "use": "sig", "kty": "EC"}]}"#

    static let rs256 =
        #"eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwi"#
        + #"YXVkIjoiY2xpZW50LTEiLCJzdWIiOiJ1LTEiLCJpYXQiOjEwMDAsImV4cCI6NDYwMCwibm9uY2UiOiJuIn0.e58iPaofBpEh94Ac"#
        + #"PIrCfWdo1nx1ufqQWZ4M4DyetIHB-uPn6z8JN9MzQ8MDyrf8Rwwit8Gwxm1hejdl8iqdgXfZexQLdJ53QQ7KYbqcK0fH_FqeVsnR"#
        + #"MJghtPETeccEr9_XfhJqUMNOwbu8WcqL1s5jvnvMylwvL3oIGxamAX4rFPS8iphmgeoo_7C04USLTI3Jmsmtt6pfx1sQp6EO6JTh"#
        + #"xbKqVJ3PWx6Yof89BrO165Bt8mDU3oREtVnvyMrTyhg51nkRrHxvB7uZRshnPGUmiMAnr-oPVq2RNo4_ma6RzAuFwSZ8K6DjDFHj"#
        + #"VsSZwcRx63TlUkeqsHW4Z3EpyA"#

    static let ps256 =
        #"eyJ0eXAiOiJKV1QiLCJhbGciOiJQUzI1NiIsImtpZCI6InJzYS0xIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwi"#
        + #"YXVkIjoiY2xpZW50LTEiLCJzdWIiOiJ1LTEiLCJpYXQiOjEwMDAsImV4cCI6NDYwMCwibm9uY2UiOiJuIn0.gdB9MDR6Iqb8WoOe"#
        + #"I8qZmL8RiTtEkKDlSTZiYGaPC4E_cMdXD0SNe1kiBxc4MHM7Fd1HRWdjhenGG4ebjFugUEXwD2Ar5AMCJPBTkBapI3xFlYGm60OZ"#
        + #"0MxDwgq_1iP1alM1Ho8mbl1eGFxR92H6exeYfrZy26rnCDS6l9avJ4owa0PsnRW7xxYGVmdbDiL4OByOCE6hc2RvlpevSYWF55dr"#
        + #"A9Pg6gGyY9GAV2LeIePi4D96VwhGzJJASahqQK6v6vVoEF-PDUAov-FFe8DgYsFR4ARS4PLqYSdcZYJfZgcDVUY1bZswUK2RLGEZ"#
        + #"rSe9__0F2njAh6W82a3sfqrAqg"#

    static let es256 =
        #"eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiY"#
        + #"XVkIjoiY2xpZW50LTEiLCJzdWIiOiJ1LTEiLCJpYXQiOjEwMDAsImV4cCI6NDYwMCwibm9uY2UiOiJuIn0.iUwI8REnV-QY5LKmn"#
        + #"yaPDsL-de3uPozQ4mT0J1jJh3TzoPvfx8BS2My1COq7SQHzxk73xY2uRoo5gBq7sarlmA"#

    /// "Signed" with the public RSA key's PEM as a shared secret: the classic confusion.
    static let hs256WithPublicKey =
        #"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6InJzYS0xIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwi"#
        + #"YXVkIjoiY2xpZW50LTEiLCJzdWIiOiJ1LTEiLCJpYXQiOjEwMDAsImV4cCI6NDYwMCwibm9uY2UiOiJuIn0.XVk3gxyfF7dbgs1W"#
        + #"dprFPXCbhfaHvUF9mzPgYPvqFUs"#
}
