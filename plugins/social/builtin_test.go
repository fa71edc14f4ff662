package social_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/social/socialtest"
)

var (
	client  = socialtest.Client()
	cognito = social.CognitoOptions{
		Domain: "https://acme.auth.eu-west-1.amazoncognito.com/", Region: "eu-west-1", UserPoolID: "eu-west-1_AbCdEf123", IdentityProvider: "Acme"}
)

func withScopes(scopes ...string) social.Client {
	c := socialtest.Client()
	c.Scopes = scopes
	return c
}

// providers are what comes with the package, by the name of their case in
// testdata/providers. A provider is a row, and one with options another.
var providers = []struct {
	file     string
	provider social.Provider
}{
	{"apple", social.Apple(client)},
	{"atlassian", social.Atlassian(client)},
	{"cloudflare", social.Cloudflare(client)},
	{"cloudflare-public", social.Cloudflare(social.Client{ID: client.ID, Scopes: []string{"account.read", "user-details.read"}})},
	{"cognito", social.CognitoWith(client, cognito)},
	{"discord", social.Discord(client)},
	{"discord-bot", social.DiscordWith(withScopes("bot"), social.DiscordOptions{Permissions: 2048})},
	{"dropbox", social.Dropbox(client)},
	{"dropbox-offline", social.DropboxWith(client, social.DropboxOptions{AccessType: "offline"})},
	{"facebook", social.Facebook(client)},
	{"facebook-limited", social.FacebookWith(client, social.FacebookOptions{ConfigID: "4711"})},
	{"figma", social.Figma(client)},
	{"github", social.GitHub(client)},
	{"gitlab", social.GitLab(client)},
	{"gitlab-own", social.GitLabWith(client, social.GitLabOptions{Issuer: "https://gitlab.acme.example/"})},
	{"google", social.Google(client)},
	{"google-any-workspace", social.GoogleWith(client, social.GoogleOptions{HostedDomain: "*", AccessType: "offline", OnlyRequestedScopes: true})},
	{"google-workspace", social.GoogleWith(client, social.GoogleOptions{HostedDomain: "nils.example", AccessType: "offline", Display: "popup", OnlyRequestedScopes: true})},
	{"huggingface", social.HuggingFace(client)},
	{"kakao", social.Kakao(client)},
	{"kick", social.Kick(client)},
	{"line", social.Line(client)},
	{"linear", social.Linear(client)},
	{"linkedin", social.LinkedIn(client)},
	{"microsoft", social.Microsoft(client)},
	{"microsoft-consumers", social.MicrosoftWith(client, social.MicrosoftOptions{TenantID: "consumers"})},
	{"microsoft-organizations", social.MicrosoftWith(client, social.MicrosoftOptions{TenantID: "organizations"})},
	{"microsoft-tenant", social.MicrosoftWith(client, social.MicrosoftOptions{TenantID: "11111111-2222-4333-8444-555555555555", DisablePhoto: true})},
	{"naver", social.Naver(client)},
	{"notion", social.Notion(client)},
	{"paybin", social.Paybin(client)},
	{"paybin-issuer", social.PaybinWith(client, social.PaybinOptions{Issuer: "https://idp.example/"})},
	{"paypal", social.PayPal(client)},
	{"paypal-live", social.PayPalWith(client, social.PayPalOptions{Live: true})},
	{"polar", social.Polar(client)},
	{"railway", social.Railway(client)},
	{"reddit", social.Reddit(client)},
	{"reddit-permanent", social.RedditWith(client, social.RedditOptions{Duration: "permanent"})},
	{"roblox", social.Roblox(client)},
	{"salesforce", social.Salesforce(client)},
	{"salesforce-organization", social.SalesforceWith(client, social.SalesforceOptions{LoginHost: "example.my.salesforce.com"})},
	{"salesforce-sandbox", social.SalesforceWith(client, social.SalesforceOptions{Sandbox: true})},
	{"slack", social.Slack(client)},
	{"slack-team", social.SlackWith(client, social.SlackOptions{Team: "T0R7GR"})},
	{"spotify", social.Spotify(client)},
	{"tiktok", social.TikTok(client)},
	{"twitch", social.Twitch(client)},
	{"twitch-claims", social.TwitchWith(client, social.TwitchOptions{Claims: []string{"updated_at"}})},
	{"twitter", social.Twitter(client)},
	{"twitter-public", social.Twitter(social.Client{ID: client.ID})},
	{"vercel", social.Vercel(client)},
	{"vk", social.VK(client)},
	{"wechat", social.WeChat(client)},
	{"wechat-english", social.WeChatWith(client, social.WeChatOptions{Language: "en"})},
	{"zoom", social.Zoom(client)},
	{"zoom-without-pkce", social.ZoomWith(client, social.ZoomOptions{DisablePKCE: true})},
}

func TestProviders(t *testing.T) {
	t.Parallel()
	for _, row := range providers {
		t.Run(row.file, func(t *testing.T) {
			t.Parallel()
			socialtest.Run(t, row.provider, socialtest.Load(t, "testdata/providers/"+row.file+".json"))
		})
	}
}

// Every provider that is found by its name has a row, and is the one of that name.
func TestBuiltins(t *testing.T) {
	t.Parallel()
	rows := map[string]bool{}
	for _, row := range providers {
		if row.provider.ID == row.file {
			rows[row.file] = true
		}
	}
	last := ""
	for _, b := range social.Builtins() {
		if !rows[b.ID] {
			t.Errorf("%s has no row in the table of this test; add one and its case in testdata/providers", b.ID)
		}
		delete(rows, b.ID)
		if b.ID <= last {
			t.Errorf("%s stands behind %s; keep the providers in the order of their ids", b.ID, last)
		}
		last = b.ID
		p := b.New(client)
		if p.ID != b.ID || p.Name == "" {
			t.Errorf("the provider %s says that it is %q with the name %q", b.ID, p.ID, p.Name)
		}
		if found, ok := social.ByName(b.ID); !ok || found.ID != b.ID {
			t.Errorf("%s is not found by its name", b.ID)
		}
	}
	for id := range rows {
		t.Errorf("%s has a row but no place in Builtins", id)
	}
	if _, ok := social.ByName("nobody"); ok {
		t.Error("a provider is found by a name that nobody has")
	}
}
