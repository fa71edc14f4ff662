package social

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// WeChatOptions are what only WeChat has.
type WeChatOptions struct {
	// Language is the language of the page with the QR code: "cn" or "en". Default "cn".
	Language string
}

// WeChat signs in with a WeChat account by a QR code, for websites. WeChat tells no
// address, so users get a placeholder.
func WeChat(c Client) Provider { return WeChatWith(c, WeChatOptions{}) }

// WeChatWith is WeChat with options.
func WeChatWith(c Client, o WeChatOptions) Provider {
	return Provider{
		ID: "wechat", Name: "WeChat", Client: c, Problem: needSecret(c),
		// The fragment makes the page fit a browser of WeChat's own.
		AuthorizeURL:   "https://open.weixin.qq.com/connect/qrconnect#wechat_redirect",
		TokenURL:       "https://api.weixin.qq.com/sns/oauth2/access_token",
		Scopes:         []string{"snsapi_login"},
		ScopeSeparator: ",",
		DisablePKCE:    true,
		Params:         []betterauth.Param{{Name: "lang", Value: cmp.Or(o.Language, "cn")}},
		EditAuthorize: func(_ *oauth.AuthorizeRequest, q *oauth.Query) {
			q.Set("appid", q.Get("client_id"))
			q.Del("client_id")
			q.First("scope", "response_type", "appid", "redirect_uri", "state", "lang")
		},
		Authentication: oauth.AuthenticationFunc(wechatClient),
		EditToken: func(r *oauth.TokenRequest) {
			r.Method = http.MethodGet
			r.Form.Del("redirect_uri")
			if r.Grant == "refresh_token" {
				r.URL = "https://api.weixin.qq.com/sns/oauth2/refresh_token"
			}
		},
		User: wechatUser,
	}
}

// wechatClient sends the secret with codes alone, as WeChat documents it, since it has to
// be in the URL.
func wechatClient(_ context.Context, r *oauth.TokenRequest) error {
	r.Form.Set("appid", r.Provider.Client.ID)
	if r.Grant == "authorization_code" {
		r.Form.Set("secret", r.Provider.Client.Secret)
	}
	return nil
}

func wechatUser(ctx context.Context, g *Grant) (*Profile, error) {
	// Who the user is, the token endpoint says beside the token.
	var granted struct {
		OpenID string `json:"openid"`
	}
	if g.Raw == nil || json.Unmarshal(g.Raw, &granted) != nil || granted.OpenID == "" {
		return nil, oauth.ErrNoProfile
	}
	var in struct {
		Error    jsontext.Value `json:"errcode"`
		OpenID   string         `json:"openid"`
		UnionID  string         `json:"unionid"`
		Email    string         `json:"email"`
		Nickname string         `json:"nickname"`
		Image    string         `json:"headimgurl"`
	}
	query := url.Values{"access_token": {g.AccessToken}, "openid": {granted.OpenID}, "lang": {"zh_CN"}}
	raw, err := g.Get(ctx, "https://api.weixin.qq.com/sns/userinfo?"+query.Encode(), &in, "Authorization", "")
	if err != nil {
		return nil, err
	}
	id := cmp.Or(in.UnionID, in.OpenID)
	if code := oauth.ID(in.Error); code != "" && code != "0" || id == "" {
		return nil, oauth.ErrNoProfile
	}
	return &Profile{
		Subject: id, Email: cmp.Or(in.Email, oauth.Placeholder(id, "wechat")),
		Name: in.Nickname, Image: in.Image, Raw: raw,
	}, nil
}
