/** Where Zoom sends browsers back to; the redirect URL of the Marketplace app ends in it. */
export const CALLBACK_PATH = '/oauth/callback';

/** Where Zoom sends events; the notification endpoint URLs of the Marketplace app end in it. */
export const WEBHOOK_PATH = '/webhooks/zoom';
