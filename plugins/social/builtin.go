package social

// Builtin is one of the providers that come with this package.
type Builtin struct {
	// ID is the provider's id: "google".
	ID string
	// New describes the provider for one client. A provider that needs more than a client,
	// such as a domain, has a Problem then, which Build reports.
	New func(Client) Provider
}

// Builtins returns all of them, by id.
func Builtins() []Builtin {
	return []Builtin{
		{"apple", Apple},
		{"atlassian", Atlassian},
		{"cloudflare", Cloudflare},
		{"cognito", Cognito},
		{"discord", Discord},
		{"dropbox", Dropbox},
		{"facebook", Facebook},
		{"figma", Figma},
		{"github", GitHub},
		{"gitlab", GitLab},
		{"google", Google},
		{"huggingface", HuggingFace},
		{"kakao", Kakao},
		{"kick", Kick},
		{"line", Line},
		{"linear", Linear},
		{"linkedin", LinkedIn},
		{"microsoft", Microsoft},
		{"naver", Naver},
		{"notion", Notion},
		{"paybin", Paybin},
		{"paypal", PayPal},
		{"polar", Polar},
		{"railway", Railway},
		{"reddit", Reddit},
		{"roblox", Roblox},
		{"salesforce", Salesforce},
		{"slack", Slack},
		{"spotify", Spotify},
		{"tiktok", TikTok},
		{"twitch", Twitch},
		{"twitter", Twitter},
		{"vercel", Vercel},
		{"vk", VK},
		{"wechat", WeChat},
		{"zoom", Zoom},
	}
}

// ByName returns the provider of an id. Without one ok is false.
func ByName(id string) (b Builtin, ok bool) {
	for _, b := range Builtins() {
		if b.ID == id {
			return b, true
		}
	}
	return Builtin{}, false
}
